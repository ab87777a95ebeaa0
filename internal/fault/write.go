package fault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// CannotWrite is the error about a file at path that could not be written, replaced or removed. err may name another
// file, such as a temporary one. An err that is an *Error stays as it is, but gets the path if it has no place.
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

// Pathless returns the cause of an error of package os, without the path, for messages that begin with it.
func Pathless(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
