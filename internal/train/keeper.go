package train

import (
	"path/filepath"
	"slices"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// keeper writes the checkpoints of one run.
type keeper struct {
	*Checkpoints
	kept []int     // after how many steps this run has written, or begun from, the last two
	last time.Time // when

	past  pastFile
	swept bool // whether what was left of other runs is gone
}

// begin finds out early whether checkpoints can be written, and removes what has been left of any where a run was killed as it
// wrote one: the next run may never come to the same number of steps.
func (k *keeper) begin(now time.Time) error {
	k.last = now
	atomicfile.RemoveStale(filepath.Dir(k.Path), func(name string) bool {
		_, ok := k.steps(name)
		return ok || name == filepath.Base(k.Checkpoints.past())
	})
	return k.Probe()
}

// write writes the checkpoint after that many steps and removes those that are neither this nor the
// one before it: also what is left of other runs of the same name, which would be in the way of this one's.
func (k *keeper) write(steps int, now time.Time, c *Checkpoint) error {
	k.last = now
	k.past.path = k.Checkpoints.past()
	if err := k.past.hold(c.history); err != nil {
		return fault.CannotWrite(k.past.path, err)
	}
	c.before = k.past.before
	if err := atomicfile.Write(k.file(steps), c.encode); err != nil {
		return fault.CannotWrite(k.file(steps), err)
	}
	if k.kept = append(k.kept, steps); len(k.kept) > keptCheckpoints {
		dropped := k.kept[0]
		if k.kept = k.kept[1:]; !slices.Contains(k.kept, dropped) {
			if err := remove(k.file(dropped)); err != nil {
				return err
			}
		}
	}
	return k.sweep()
}

// sweep removes once what other runs of the same name have left: later there is none, and a folder may hold many files.
func (k *keeper) sweep() error {
	if k.swept {
		return nil
	}
	k.swept = true
	if k.past.Epochs == 0 {
		if err := remove(k.Checkpoints.past()); err != nil {
			return err
		}
	}
	return k.removeBut(k.kept)
}

// has tells whether the last checkpoint is after that many steps.
func (k *keeper) has(steps int) bool { return len(k.kept) > 0 && k.kept[len(k.kept)-1] == steps }
