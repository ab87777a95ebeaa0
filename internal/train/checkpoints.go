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
// run has taken; the last two are kept. A run that is interrupted writes one in any case.
type Checkpoints struct {
	Path        string        // model.ckpt
	EveryEpochs int           // 0: none by epochs
	Every       time.Duration // after a step, if the last one is as long ago; 0: none by time

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
		found, err := readCheckpoint(path)
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
		return found, append(notes, fmt.Sprintf("goes on from %s: epoch %d, step %d", path, len(found.history)+1, found.step+1)), nil
	}
	return nil, nil, fault.New(fault.Data, c.file(all[0]), "no checkpoint is whole: %w", damaged)
}

// None tells whether there is no checkpoint.
func (c *Checkpoints) None() (bool, error) {
	all, err := c.files()
	return len(all) == 0, err
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
	if err := old.Remove(); err != nil {
		return "", err
	}
	for _, steps := range all {
		if err := os.Rename(c.file(steps), old.file(steps)); err != nil {
			return "", fault.CannotWrite(c.file(steps), err)
		}
	}
	return old.file(all[0]), nil
}

// Remove removes all checkpoints: for when the model that the run was about is safe.
func (c *Checkpoints) Remove() error { return c.removeBut(nil) }

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
		if err := os.Remove(c.file(steps)); err != nil {
			return fault.CannotWrite(c.file(steps), err)
		}
	}
	return nil
}

func readCheckpoint(path string) (*Checkpoint, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // to open a FIFO would wait for its writer
		return nil, fault.New(fault.Data, path, "is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from: nothing can be lost
	return decodeCheckpoint(file, path)
}

// keeper writes the checkpoints of one run.
type keeper struct {
	*Checkpoints
	kept []int     // after how many steps this run has written, or begun from, the last two
	last time.Time // when
}

// begin finds out early whether checkpoints can be written, and removes what has been left of any where a run was killed as it
// wrote one: the next run may never come to the same number of steps.
func (k *keeper) begin(now time.Time) error {
	k.last = now
	atomicfile.RemoveStale(filepath.Dir(k.Path), func(name string) bool {
		_, ok := k.steps(name)
		return ok
	})
	if err := atomicfile.Probe(k.file(0)); err != nil {
		return fault.CannotWrite(k.file(0), err)
	}
	return nil
}

// write writes the checkpoint after that many steps and removes those that are neither this nor the
// one before it: also what is left of other runs of the same name, which would be in the way of this one's.
func (k *keeper) write(steps int, now time.Time, c *Checkpoint) error {
	k.last = now
	if err := atomicfile.Write(k.file(steps), c.encode); err != nil {
		return fault.CannotWrite(k.file(steps), err)
	}
	if k.kept = append(k.kept, steps); len(k.kept) > keptCheckpoints {
		k.kept = k.kept[1:]
	}
	return k.removeBut(k.kept)
}

// has tells whether the last checkpoint is after that many steps.
func (k *keeper) has(steps int) bool { return len(k.kept) > 0 && k.kept[len(k.kept)-1] == steps }
