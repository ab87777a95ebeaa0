package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"dnn/internal/fault"
)

// cannotWrite is the error of a file that could not be written or replaced. It is about the file at path, not about the
// temporary one beside it.
func cannotWrite(path string, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	folder := filepath.Dir(path)
	if _, missing := os.Stat(folder); errors.Is(missing, fs.ErrNotExist) {
		return fault.New(fault.Write, path, "cannot write: there is no folder %s", folder).WithHint("mkdir -p %s", folder)
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return fault.New(fault.Write, path, "cannot write: %w", err)
}
