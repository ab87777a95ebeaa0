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

// Checkpoints says where and when a run writes checkpoints. The files are called Path-NNNNNN, by the number of steps that the
// run has taken; the last two are kept. A run that is interrupted writes one in any case. Path-history has the first epochs of a
// run that has many.
type Checkpoints struct {
	Path        string        // model.ckpt
	EveryEpochs int           // 0: none by epochs
	Every       time.Duration // after a step, if the last one is as long ago; 0: none by time
	KeepLast    bool          // after the last step, one that Finish leaves

	// EpochsFixedBy is the setting that makes all steps depend on the number of epochs: a run with another number is then another
	// run. If it is empty, a run can go on to more epochs.
	EpochsFixedBy string

	// What the run is. Resuming compares it.
	Config json.RawMessage   // the experiment, a JSON object
	Inputs map[string]string // what else the result depends on: hashes of data and teachers, by name

	// Start is the hash of the model whose weights the run began with; empty: of none, or, of a run that goes on, of whichever
	// it was. A checkpoint has weights of its own, and the model may be no more: what was trained from it may have its name.
	Start string
}

// startInput is what Start is called among a checkpoint's inputs.
const startInput = "starting model"

// inputs returns Inputs, and Start where there is one.
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

// keptCheckpoints is how many there are at a time: the last one, and one to fall back to if that is damaged.
const keptCheckpoints = 2

// checkpointDigits is how many digits the number in a name has at least.
const checkpointDigits = 6

// file returns the name of the checkpoint after that many steps.
func (c *Checkpoints) file(steps int) string {
	return fmt.Sprintf("%s-%0*d", c.Path, checkpointDigits, steps)
}

// steps returns after how many steps the checkpoint of that name is, if it is one.
func (c *Checkpoints) steps(name string) (steps int, ok bool) {
	digits, ok := strings.CutPrefix(name, filepath.Base(c.Path)+"-")
	steps, err := strconv.Atoi(digits)
	return steps, ok && err == nil && steps >= 0 && filepath.Base(c.file(steps)) == name
}

// files returns the numbers of steps after which there are checkpoints, the last first.
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

// Latest returns the newest checkpoint that is whole, for Run.From; nil if there is none. What a person should know of the
// choice is in notes. It is an error if there are only damaged ones, and if the one found is of another run: what differs
// is named then. The run has the Start of the one that it goes on from.
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
			notes = append(notes, fmt.Sprintf("passes over a checkpoint: %v", err))
			damaged = errors.Join(damaged, err)
			continue
		}
		if differences := c.differences(found); len(differences) > 0 {
			hint := "set back what differs, or start from the beginning, without --resume"
			if len(differences) == 1 && strings.HasPrefix(differences[0], startInput) {
				hint = "leave --from out: a checkpoint has weights of its own, and the model may since have been written over"
			}
			return nil, notes, fault.New(fault.Data, path, "is of another run: %s", strings.Join(differences, "; ")).WithHint("%s", hint)
		}
		c.Start = found.inputs[startInput]
		found.path, found.named = path, steps
		return found, append(notes, fmt.Sprintf("goes on from %s: epoch %d, step %d", path, len(found.history)+1, found.step+1)), nil
	}
	return nil, nil, fault.New(fault.Data, c.file(all[0]), "no checkpoint is whole: %w", damaged)
}

// Count returns how many checkpoints there are.
func (c *Checkpoints) Count() (int, error) {
	all, err := c.files()
	return len(all), err
}

// aside is where SetAside puts checkpoints.
func (c *Checkpoints) aside() *Checkpoints { return &Checkpoints{Path: c.Path + "-old"} }

// Before returns the name that the newest checkpoint had before SetAside gave it the name that it returned.
func (c *Checkpoints) Before(aside string) string {
	steps, _ := c.aside().steps(filepath.Base(aside))
	return c.file(steps)
}

// SetAside is for a run that starts anew where another one, perhaps of another experiment, was not finished: it gives that one's
// checkpoints other names (Path-old-NNNNNN) and returns the newest one's, or "" if there was none. Those that were set aside
// before, if there is a new one, make way: one generation is kept.
func (c *Checkpoints) SetAside() (newest string, err error) {
	all, err := c.files()
	if err != nil || len(all) == 0 {
		return "", err
	}
	old := c.aside()
	if err := old.removeBut(nil); err != nil {
		return "", err
	}
	for _, steps := range all {
		if err := os.Rename(c.file(steps), old.file(steps)); err != nil {
			return "", fault.CannotWrite(c.file(steps), err)
		}
	}
	// Without one of its own, a checkpoint that was moved back by hand still has the one that was set aside with it.
	if err := os.Rename(c.past(), old.past()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fault.CannotWrite(c.past(), err)
	}
	return old.file(all[0]), nil
}

// Probe tells whether checkpoints can be written, without leaving anything.
func (c *Checkpoints) Probe() error {
	for _, path := range []string{c.file(0), c.past()} {
		if err := atomicfile.Probe(path); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	return nil
}

// Finish is for when the model that the run was about is safe: it removes all checkpoints, or, with KeepLast, all but the last.
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

// Remove removes all checkpoints, and what is beside those that were set aside where they are no more.
func (c *Checkpoints) Remove() error {
	if err := c.removeBut(nil); err != nil {
		return err
	}
	if count, err := c.aside().Count(); err == nil && count == 0 {
		if err := remove(c.aside().past()); err != nil {
			return err
		}
	}
	return remove(c.past())
}

// removeBut removes all checkpoints but those after that many steps.
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

// remove removes a file, unless somebody has.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.CannotWrite(path, err)
	}
	return nil
}

// read reads the checkpoint at path, with the epochs that the file beside it has.
func (c *Checkpoints) read(path string) (*Checkpoint, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = file.Close() }() // only read from: nothing can be lost
	return decodeCheckpoint(file, path, c.readPast)
}
