package train

import (
	"os"
	"strconv"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// csvHeader names the columns of a history file. Those of validation stay empty in a run without any.
const csvHeader = "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n"

// CSV is a history file: one line an epoch, written as it happens. Where one is already, it belongs to an older model, and stays
// until Commit; until then the lines go to a file beside it, with .part at its end.
type CSV struct{ path, growing string }

// NewCSV returns the history file at path. Nothing is written yet.
func NewCSV(path string) *CSV {
	if target, err := atomicfile.Target(path); err == nil {
		path = target
	}
	c := &CSV{path: path, growing: path}
	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
		c.growing = path + ".part"
	}
	return c
}

// Callback returns the callback that writes the file.
func (c *CSV) Callback() Callback {
	return lines(c.growing, csvHeader, func(e Epoch) ([]byte, error) {
		record := []string{strconv.Itoa(e.Epoch), number(e.Seconds), number(e.Loss), number(e.Accuracy), "", "", number(e.LearningRate)}
		if e.Validated {
			record[4], record[5] = number(e.ValLoss), number(e.ValAccuracy)
		}
		return []byte(strings.Join(record, ",") + "\n"), nil // numbers need no quotes
	})
}

// Pending tells whether a run has left lines that Commit has not put in their place.
func (c *CSV) Pending() bool {
	_, err := os.Lstat(c.growing)
	return c.growing != c.path && err == nil
}

// Commit puts the file in the place of an older one. It is for when the run is over and its model is written.
func (c *CSV) Commit() error {
	if c.growing == c.path {
		return nil
	}
	if err := os.Rename(c.growing, c.path); err != nil {
		return fault.CannotWrite(c.path, err)
	}
	return nil
}

// number returns the shortest decimal that reads as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
