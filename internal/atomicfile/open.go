package atomicfile

import (
	"errors"
	"os"
)

// ErrIrregular is Open's error for a FIFO, a device or a folder in the place of a file.
var ErrIrregular = errors.New("is not a regular file")

// Open opens a file to read. To open a FIFO would wait for its writer, and a device may never end: what is no regular file is
// refused with ErrIrregular.
func Open(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrIrregular
	}
	return os.Open(path)
}
