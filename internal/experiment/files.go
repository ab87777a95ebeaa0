package experiment

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/lockfile"
	"dnn/internal/modelfile"
	"dnn/internal/train"
)

// file is one that a command reads or writes.
type file struct {
	role string // what it is to the command, and the first word of an error about it: --profile, "the data set"
	path string
}

// checkDistinct refuses outputs that are an input, or another output, under whatever name: nothing is touched before.
// Devices and FIFOs may be named twice, since nothing in them is replaced.
func checkDistinct(outputs, inputs []file) error {
	for i, out := range outputs {
		if out.path == "" || atomicfile.IsStream(out.path) {
			continue
		}
		for _, other := range slices.Concat(inputs, outputs[:i]) {
			if other.path == "" || !atomicfile.Same(out.path, other.path) {
				continue
			}
			return fault.New(fault.Config, out.path, "%s would be written over %s (%s)", out.role, other.role, other.path).
				WithHint("give one of them another name")
		}
	}
	return nil
}

// outputs says which files a run leaves.
type outputs struct{ model, checkpoints, history, picture bool }

// outputsOf returns which files a run leaves at and beside its output: all that were not refused, and beside a device
// or a FIFO none.
func outputsOf(o Options, output string) outputs {
	beside := !atomicfile.IsStream(output)
	return outputs{
		model: !o.NoModel, checkpoints: beside && !o.NoModel, history: beside && !o.NoHistory, picture: beside && !o.NoPicture,
	}
}

// dataFiles returns the files of a data set.
func dataFiles(system *System, d config.Dataset, dataDir string) []file {
	var files []file
	for _, path := range dataset.Files(d, dataDir, system.Env) {
		role := "the data set"
		if path == d.Test {
			role = "the test file"
		}
		files = append(files, file{role, path})
	}
	return files
}

// checkFiles refuses an experiment that would write over what it reads, or write two things into one file.
func (x *experiment) checkFiles(system *System, o Options) error {
	if err := modelfile.CheckName(x.Origins["output"], x.Output); err != nil {
		return err
	}
	inputs := append(dataFiles(system, x.Dataset, o.DataDir), file{"the experiment file", o.Config})
	if x.Distill != nil {
		for _, teacher := range x.Distill.Teacher {
			inputs = append(inputs, file{"a teacher", teacher})
		}
	}
	outputs := []file{{"--profile", o.Profile}, {"--lr-find", o.LRFind}, {"--preview-augmentation", o.Preview}}
	if o.trains() {
		outputs = append(outputs, x.sideOutputs()...)
		for _, c := range x.Callbacks {
			if log, ok := c.Log(); ok {
				outputs = append(outputs, file{c.Name, log.Path()})
			}
		}
	}
	// The model that a run starts from is read whole before anything is written: the new one, alone, may have its name.
	if err := checkDistinct(outputs, append(slices.Clone(inputs), file{"the starting model", o.From})); err != nil {
		return err
	}
	if !o.trains() || !x.writes.model {
		return nil
	}
	return checkDistinct([]file{{"the model", x.Output}}, slices.Concat(inputs, outputs))
}

// bestModel is the role of the file that a run leaves only if it had a best epoch.
const bestModel = "the best model"

// sideOutputs returns the files that a run replaces beside its model.
func (x *experiment) sideOutputs() []file {
	var files []file
	if x.writes.history {
		files = append(files, file{"the history", modelfile.ReplaceExtension(x.Output, ".history.csv")})
	}
	if x.writes.picture {
		files = append(files, file{"the curves", modelfile.ReplaceExtension(x.Output, ".history.png")})
	}
	if x.writes.checkpoints && x.Checkpoint != nil && x.Checkpoint.Best != "" {
		files = append(files, file{bestModel, modelfile.ReplaceExtension(x.Output, ".best.bin")})
	}
	return files
}

// probe finds out whether all that a run writes can be written, before it works for hours, and leaves nothing behind.
func (x *experiment) probe(o Options) error {
	var replaced []string
	if x.writes.model {
		replaced = append(replaced, x.Output)
	}
	for _, f := range x.sideOutputs() {
		replaced = append(replaced, f.path)
	}
	for _, path := range replaced {
		if err := atomicfile.Probe(path); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	if x.writes.checkpoints {
		if err := (&train.Checkpoints{Path: x.checkpointPath()}).Probe(); err != nil {
			return err
		}
	}
	for _, c := range x.Callbacks {
		if log, ok := c.Log(); ok {
			if err := log.Probe(); err != nil {
				return err
			}
		}
	}
	if err := atomicfile.ProbeOpen(o.Profile); o.Profile != "" && err != nil {
		return fault.CannotWrite(o.Profile, err)
	}
	return nil
}

// lock keeps other runs from writing the same files until unlock is called, and removes what killed ones have left of
// them.
func (x *experiment) lock(system *System, o Options) (unlock func(), err error) {
	none := func() {}
	output, err := atomicfile.Target(x.Output)
	if err != nil {
		return nil, fault.CannotWrite(x.Output, err)
	}
	if atomicfile.IsStream(output) || x.writes == (outputs{}) {
		return none, nil
	}
	stem := modelfile.ReplaceExtension(output, "")
	unlock, err = lockfile.Lock(lockfile.PathFor(stem))
	if held, ok := errors.AsType[*lockfile.HeldError](err); ok {
		return nil, fault.New(fault.Locked, x.Output, "another run is writing it: %w", held).
			WithHint("wait for it, or use -o for another name")
	}
	switch {
	case errors.Is(err, lockfile.ErrUnsupported):
		return none, o.note(system, "%s: %v, so a second run with the same output would not be noticed", x.Output, err)
	case err != nil:
		return nil, fault.CannotWrite(x.Output, err)
	}
	base := filepath.Base(stem)
	atomicfile.RemoveAbandoned(filepath.Dir(output), func(name string) bool {
		rest, ok := strings.CutPrefix(name, base)
		return ok && (rest == "" || rest == ".bin" || rest == ".best.bin" || strings.HasPrefix(rest, ".history.") || strings.HasPrefix(rest, ".ckpt-"))
	})
	return unlock, nil
}
