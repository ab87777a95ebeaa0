package fault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// CannotWrite is the fault of a file that could not be written, replaced or removed. It is about the file at path, whatever
// file err names: a temporary one beside it. An err that is a fault already stays what it is, and gets the path if it has no
// place.
func CannotWrite(path string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Where == "" {
			e.Where = path
		}
		return e
	}
	folder := filepath.Dir(path)
	if _, missing := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && errors.Is(missing, fs.ErrNotExist) {
		e := New(Write, path, "cannot write: there is no folder %s", folder).WithHint("mkdir -p %s", folder)
		e.Err = err
		return e
	}
	return New(Write, path, "cannot write: %w", Pathless(err))
}

// Pathless takes the path out of an error of package os, for messages that begin with it.
func Pathless(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
