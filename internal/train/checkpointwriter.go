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
	kept []int     // the last two checkpoints that this run has written or resumed from, by their numbers of steps
	last time.Time // when the last one was written, or the run began

	history       historyFile
	removedOthers bool // whether the checkpoints of other runs have been removed
}

// begin checks early that checkpoints can be written. It also removes temporary files that killed runs have left, since
// this run may never write under the same names.
func (w *checkpointWriter) begin(now time.Time) error {
	w.last = now
	atomicfile.RemoveStale(filepath.Dir(w.Path), func(name string) bool {
		_, ok := w.steps(name)
		return ok || name == filepath.Base(w.Checkpoints.historyPath())
	})
	return w.Probe()
}

// write writes the checkpoint after the given number of steps. It keeps that one and the one before, and removes all
// others under this path, including those of other runs.
func (w *checkpointWriter) write(steps int, now time.Time, c *Checkpoint) error {
	w.last = now
	w.history.path = w.Checkpoints.historyPath()
	if err := w.history.extend(c.history); err != nil {
		return fault.CannotWrite(w.history.path, err)
	}
	c.inHistoryFile = w.history.written
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

// removeOthers removes the checkpoints of other runs, and their history file if this run has none yet. It does so once,
// since listing a large folder takes time.
func (w *checkpointWriter) removeOthers() error {
	if w.removedOthers {
		return nil
	}
	w.removedOthers = true
	if w.history.written.Epochs == 0 {
		if err := remove(w.Checkpoints.historyPath()); err != nil {
			return err
		}
	}
	return w.removeBut(w.kept)
}

// has reports whether the last checkpoint is the one after the given number of steps.
func (w *checkpointWriter) has(steps int) bool {
	return len(w.kept) > 0 && w.kept[len(w.kept)-1] == steps
}
