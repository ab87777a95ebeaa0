package atomicfile

import (
	"errors"
	"os"
)

// ErrIrregular is Open's error about a FIFO, a device or a folder.
var ErrIrregular = errors.New("is not a regular file")

// Open opens a file for reading. Anything but a regular file is refused with ErrIrregular: opening a FIFO would wait
// for its writer, and a device may never end.
func Open(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrIrregular
	}
	return os.Open(path)
}
