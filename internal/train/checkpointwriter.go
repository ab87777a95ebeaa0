package train

import (
	"path/filepath"
	"slices"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// checkpointWriter writes the checkpoints of one run.
type checkpointWriter struct {
	*Checkpoints
	kept []int     // after how many steps this run has written, or begun from, the last two
	last time.Time // when

	past       pastFile
	othersGone bool // whether what was left of other runs is gone
}

// begin finds out early whether checkpoints can be written, and removes what has been left of any where a run was
// killed as it wrote one: the next run may never come to the same number of steps.
func (w *checkpointWriter) begin(now time.Time) error {
	w.last = now
	atomicfile.RemoveStale(filepath.Dir(w.Path), func(name string) bool {
		_, ok := w.steps(name)
		return ok || name == filepath.Base(w.Checkpoints.past())
	})
	return w.Probe()
}

// write writes the checkpoint after that many steps and removes those that are neither this nor the one before it: also
// what is left of other runs of the same name, which would be in the way of this one's.
func (w *checkpointWriter) write(steps int, now time.Time, c *Checkpoint) error {
	w.last = now
	w.past.path = w.Checkpoints.past()
	if err := w.past.hold(c.history); err != nil {
		return fault.CannotWrite(w.past.path, err)
	}
	c.before = w.past.before
	if err := atomicfile.Write(w.file(steps), c.encode); err != nil {
		return fault.CannotWrite(w.file(steps), err)
	}
	if w.kept = append(w.kept, steps); len(w.kept) > keptCheckpoints {
		dropped := w.kept[0]
		if w.kept = w.kept[1:]; !slices.Contains(w.kept, dropped) {
			if err := remove(w.file(dropped)); err != nil {
				return err
			}
		}
	}
	return w.removeOthers()
}

// removeOthers removes once what other runs of the same name have left: later there is none, and a folder may hold many
// files.
func (w *checkpointWriter) removeOthers() error {
	if w.othersGone {
		return nil
	}
	w.othersGone = true
	if w.past.Epochs == 0 {
		if err := remove(w.Checkpoints.past()); err != nil {
			return err
		}
	}
	return w.removeBut(w.kept)
}

// has tells whether the last checkpoint is after that many steps.
func (w *checkpointWriter) has(steps int) bool {
	return len(w.kept) > 0 && w.kept[len(w.kept)-1] == steps
}
