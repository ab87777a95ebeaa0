package callback

import (
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// CSV is the history file: one line per epoch, written as the epoch ends. If the file already exists, it belongs to an
// older model and stays in place until Commit. Until then the lines go to a file next to it whose name ends in .part.
type CSV struct {
	path    string
	written string // path, or path.part until Commit
}

// NewCSV returns the history file at path. It writes nothing yet.
func NewCSV(path string) *CSV {
	if target, err := atomicfile.Target(path); err == nil {
		path = target
	}
	c := &CSV{path: path, written: path}
	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
		c.written = path + ".part"
	}
	return c
}

// Callback returns the callback that writes the file.
func (c *CSV) Callback() train.Callback {
	return lineLog(c.written, history.CSVHeader, func(e history.Epoch) ([]byte, error) { return []byte(e.CSV()), nil })
}

// Pending reports whether there is a .part file that Commit has not renamed.
func (c *CSV) Pending() bool {
	_, err := os.Lstat(c.written)
	return c.written != c.path && err == nil
}

// Commit replaces an older history file. Call it once the run is over and its model is written.
func (c *CSV) Commit() error {
	if c.written == c.path {
		return nil
	}
	if err := atomicfile.Replace(c.written, c.path); err != nil {
		return fault.CannotWrite(c.path, err)
	}
	return nil
}
