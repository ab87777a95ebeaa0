package callback

import (
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// CSV is a history file: one line an epoch, written as it happens. Where one is already, it belongs to an older model,
// and stays until Commit; until then the lines go to a file beside it, with .part at its end.
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
func (c *CSV) Callback() train.Callback {
	return lines(c.growing, history.CSVHeader, func(e history.Epoch) ([]byte, error) { return []byte(e.CSV()), nil })
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
