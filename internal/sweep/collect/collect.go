// Package collect tells what the points of a sweep have given, from the results in the sweep's folder: as text, JSON and
// CSV, as a study of Optuna, as hyperparameters of TensorBoard, in pictures, and as the experiment of the best point. It
// trains nothing. What is not there yet is missing in what it writes, so it can be called while a sweep runs.
//
// The same results give the same bytes, wherever and in whatever order the points ran. Only what shows how long points
// took differs: the JSON, and the times in the study of Optuna and the events of TensorBoard.
package collect

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/world"
)

// Options say what to collect, and where to write it.
type Options struct {
	Folder      string // of the sweep
	Output      string // the folder for results.csv and best.yaml; empty: Folder
	Metric      string // by which points are sorted; empty: the sweep's
	Test        bool   // whether figures of the test are told too
	All         bool   // print all settings, not the best ten
	JSON        bool   // print one JSON object in place of a table
	Optuna      string // the file for a journal of Optuna; empty: none
	TensorBoard string // the folder for event files; empty: none
	Pictures    string // the folder for pictures; empty: none
}

// Names of what Run writes.
const (
	tableFile = "results.csv"
	bestFile  = "best.yaml"

	identityFile = "sweep.json" // of package folder
)

// Run writes results.csv and best.yaml, and what else the options name, and prints the settings from the best on.
//
// Results that are damaged are left out. All else is written and printed; then the error, of kind fault.Data, names
// them, so that a script sees that something is wrong.
func Run(ctx context.Context, system *world.System, o Options) error {
	told := false
	err := run(ctx, system, o, &told)
	if err != nil && o.JSON && !told {
		for _, one := range fault.Each(err) {
			if terr := report.NewEvents(system.Stdout).Error(one); terr != nil {
				return terr
			}
		}
	}
	return err
}

// run is Run without the JSON of errors. told is whether the object was printed.
func run(ctx context.Context, system *world.System, o Options, told *bool) error {
	f, err := folder.Open(o.Folder)
	if err != nil {
		return hintFolder(err, o.Folder)
	}
	if o.Output == "" {
		o.Output = o.Folder
	}
	if err := o.check(); err != nil {
		return err
	}
	s, err := load(ctx, f, o)
	if err != nil {
		return err
	}
	if o.Test {
		report.Note(system.Stderr, "whoever chooses by figures of the test has no honest figure left: "+
			"choose by those of validation, and test once, at the end")
	}
	files, err := s.write(ctx, o)
	if err != nil {
		return err
	}
	*told = true
	if o.JSON {
		err = s.writeJSON(system.Stdout, files)
	} else {
		err = s.writeText(system.Stdout, o.All)
		s.tell(system.Stderr, files, o)
	}
	if err != nil {
		return err
	}
	return tooMany(s.damaged)
}

// hintFolder says in the error about a folder that is not a sweep's what that of a sweep is, or where it may be.
func hintFolder(err error, path string) error {
	e, ok := errors.AsType[*fault.Error](err)
	if _, missing := os.Stat(filepath.Join(path, identityFile)); !ok || missing == nil {
		return err
	}
	for above := filepath.Dir(filepath.Clean(path)); ; above = filepath.Dir(above) {
		if _, err := os.Stat(filepath.Join(above, identityFile)); err == nil {
			return e.WithHint("did you mean %s?", above)
		}
		if above == filepath.Dir(above) {
			return e.WithHint("it has %s and points/000000/result.json, …: dnn sweep run sweep.yaml makes sweep.sweep",
				identityFile)
		}
	}
}

// tooMany returns the errors joined: of very many the first ones, and how many more there are.
func tooMany(all []error) error {
	const most = 10
	if more := len(all) - most; more > 0 {
		all = append(all[:most:most], fault.New(fault.Data, "", "%s more are damaged", fault.Count(more, "result")))
	}
	return errors.Join(all...)
}

// files are the paths of what was written; empty: it was not.
type files struct {
	Table       string `json:"table"`
	Best        string `json:"best,omitempty"`
	Optuna      string `json:"optuna,omitempty"`
	TensorBoard string `json:"tensorboard,omitempty"`
	Pictures    string `json:"pictures,omitempty"`
}

// write writes all files.
func (s *sweep) write(ctx context.Context, o Options) (files, error) {
	written := files{
		Table: filepath.Join(o.Output, tableFile), Optuna: o.Optuna, TensorBoard: o.TensorBoard, Pictures: o.Pictures,
	}
	if err := await.Write(ctx, written.Table, s.writeCSV); err != nil {
		return written, err
	}
	if best, ok := s.best(); ok {
		written.Best = filepath.Join(o.Output, bestFile)
		text, err := s.experiment(best)
		if err != nil {
			return written, err
		}
		err = await.Write(ctx, written.Best, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return written, err
		}
	}
	if o.Optuna != "" {
		if err := await.Write(ctx, o.Optuna, s.writeOptuna); err != nil {
			return written, err
		}
	}
	if o.TensorBoard != "" {
		if err := s.writeEvents(ctx, o.TensorBoard); err != nil {
			return written, err
		}
	}
	if o.Pictures != "" {
		if err := s.writePictures(ctx, o.Pictures); err != nil {
			return written, err
		}
	}
	return written, nil
}

// isTest reports whether a metric is one of the test.
func isTest(metric string) bool { return strings.HasPrefix(metric, "test_") }
