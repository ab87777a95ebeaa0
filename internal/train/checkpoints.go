package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Checkpoints says where and when a run writes checkpoints. Their files are called Path-NNNNNN, after the number of
// steps that the run has taken, and the last two are kept. The file Path-history holds the first epochs of a run of 100
// or more. An interrupted run writes a checkpoint in any case.
type Checkpoints struct {
	Path        string        // such as model.ckpt
	EveryEpochs int           // write one after every so many epochs; 0: never
	Every       time.Duration // write one after a step or epoch when the last one is this old; 0: never
	KeepLast    bool          // write one after the last epoch, and let Finish keep it

	// EpochsFixedBy names the setting, if there is one, that makes every step depend on the number of epochs, as some
	// schedules do. A checkpoint then fits only a run with the same number. If it is empty, a run can resume with more
	// epochs.
	EpochsFixedBy string

	// Config and Inputs identify the run. A checkpoint fits a run if they are equal.
	Config json.RawMessage   // the settings of the experiment, a JSON object
	Inputs map[string]string // hashes of the data and the teachers, by name

	// Start is the hash of the model file whose weights the run began with; empty: there was none. A resumed run may
	// leave it empty, since that file may have been replaced: Latest then takes it from the checkpoint.
	Start string
}

// startInput is the name of Start among the inputs of a checkpoint.
const startInput = "starting model"

// inputs returns Inputs, with Start added if there is one.
func (c *Checkpoints) inputs() map[string]string {
	all := maps.Clone(c.Inputs)
	if c.Start != "" {
		if all == nil {
			all = map[string]string{}
		}
		all[startInput] = c.Start
	}
	return all
}

// keptCheckpoints is how many checkpoints are kept: the last one, and one to fall back to should that be damaged.
const keptCheckpoints = 2

// checkpointDigits is the least number of digits in the name of a checkpoint.
const checkpointDigits = 6

// file returns the path of the checkpoint after the given number of steps.
func (c *Checkpoints) file(steps int) string {
	return fmt.Sprintf("%s-%0*d", c.Path, checkpointDigits, steps)
}

// steps returns the number of steps in the file name of a checkpoint. It returns false for other names.
func (c *Checkpoints) steps(name string) (steps int, ok bool) {
	digits, ok := strings.CutPrefix(name, filepath.Base(c.Path)+"-")
	steps, err := strconv.Atoi(digits)
	return steps, ok && err == nil && steps >= 0 && filepath.Base(c.file(steps)) == name
}

// files returns the numbers of steps of all checkpoints, in descending order.
func (c *Checkpoints) files() ([]int, error) {
	folder := filepath.Dir(c.Path)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Data, folder, "cannot read: %w", err)
	}
	var all []int
	for _, e := range entries {
		if steps, ok := c.steps(e.Name()); ok {
			all = append(all, steps)
		}
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all, nil
}

// Latest returns the newest undamaged checkpoint, for Run.From, or nil if there are no checkpoints. The notes tell a
// person which one was chosen and which ones were skipped. It is an error if all checkpoints are damaged, or if the one
// found belongs to another run; the error lists the differences. Latest sets c.Start to that of the checkpoint.
func (c *Checkpoints) Latest() (found *Checkpoint, notes []string, err error) {
	all, err := c.files()
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return nil, []string{fmt.Sprintf("no checkpoint %s-*: starts from the beginning", c.Path)}, nil
	}
	var damaged error
	for _, steps := range all {
		path := c.file(steps)
		found, err := c.read(path)
		if err != nil {
			notes = append(notes, fmt.Sprintf("skips a checkpoint: %v", err))
			damaged = errors.Join(damaged, err)
			continue
		}
		if differences := c.differences(found); len(differences) > 0 {
			hint := "set back what differs, or start from the beginning, without --resume"
			if len(differences) == 1 && strings.HasPrefix(differences[0], startInput) {
				hint = "leave --from out: a checkpoint has weights of its own, " +
					"and the model may since have been written over"
			}
			return nil, notes, fault.New(fault.Data, path, "is of another run: %s", strings.Join(differences, "; ")).
				WithHint("%s", hint)
		}
		c.Start = found.inputs[startInput]
		found.path, found.stepsInName = path, steps
		note := fmt.Sprintf("goes on from %s: epoch %d, step %d", path, len(found.history)+1, found.step+1)
		if changed := found.rates.Note(); changed != "" {
			return found, append(notes, note, changed), nil
		}
		return found, append(notes, note), nil
	}
	return nil, nil, fault.New(fault.Data, c.file(all[0]), "no checkpoint can be used: %w", damaged)
}

// Count returns how many checkpoints there are.
func (c *Checkpoints) Count() (int, error) {
	all, err := c.files()
	return len(all), err
}

// aside returns the checkpoints that SetAside has renamed.
func (c *Checkpoints) aside() *Checkpoints { return &Checkpoints{Path: c.Path + "-old"} }

// OriginalPath returns the path that a checkpoint had before SetAside renamed it to the given one.
func (c *Checkpoints) OriginalPath(aside string) string {
	steps, _ := c.aside().steps(filepath.Base(aside))
	return c.file(steps)
}

// SetAside renames the checkpoints of an earlier run to Path-old-NNNNNN, so that a new run does not replace them. It
// returns the new path of the newest one, or "" if there was none. Checkpoints that were set aside earlier are removed.
func (c *Checkpoints) SetAside() (newest string, err error) {
	all, err := c.files()
	if err != nil || len(all) == 0 {
		return "", err
	}
	old := c.aside()
	if err := old.removeBut(nil); err != nil {
		return "", err
	}
	// The history file moves along, and first: a checkpoint finds it there, before it moves and after (see readHistory), but
	// a run that finds no checkpoint removes what it takes for its own.
	if err := os.Rename(c.historyPath(), old.historyPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fault.CannotWrite(c.historyPath(), err)
	}
	for _, steps := range all {
		if err := os.Rename(c.file(steps), old.file(steps)); err != nil {
			return "", fault.CannotWrite(c.file(steps), err)
		}
	}
	return old.file(all[0]), nil
}

// Probe returns an error if checkpoints cannot be written. It leaves nothing behind.
func (c *Checkpoints) Probe() error {
	for _, path := range []string{c.file(0), c.historyPath()} {
		if err := atomicfile.Probe(path); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	return nil
}

// Finish removes the checkpoints once the run has written its model. With KeepLast it keeps the last one.
func (c *Checkpoints) Finish() error {
	if !c.KeepLast {
		return c.Remove()
	}
	all, err := c.files()
	if err != nil {
		return err
	}
	return c.removeBut(all[:min(1, len(all))])
}

// Remove removes all checkpoints and the history file. It also removes the history file that was set aside, if no
// checkpoint needs it any more.
func (c *Checkpoints) Remove() error {
	if err := c.removeBut(nil); err != nil {
		return err
	}
	if count, err := c.aside().Count(); err == nil && count == 0 {
		if err := remove(c.aside().historyPath()); err != nil {
			return err
		}
	}
	return remove(c.historyPath())
}

// removeBut removes all checkpoints but those after the given numbers of steps.
func (c *Checkpoints) removeBut(kept []int) error {
	all, err := c.files()
	if err != nil {
		return err
	}
	for _, steps := range all {
		if slices.Contains(kept, steps) {
			continue
		}
		if err := remove(c.file(steps)); err != nil {
			return err
		}
	}
	return nil
}

// remove removes a file if it exists.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.CannotWrite(path, err)
	}
	return nil
}

// read reads the checkpoint at path, and its first epochs from the history file.
func (c *Checkpoints) read(path string) (*Checkpoint, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = file.Close() }() // opened for reading: closing cannot lose data
	return decodeCheckpoint(file, path, c.readHistory)
}
