//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lockfile

import (
	"errors"
	"os"
	"syscall"
)

// HoldFolder marks the folder at path as in use by this process, until release is called or the process ends. It makes
// no file. If it is in use already, the error is a *HeldError; a file system that cannot tell gives ErrUnsupported.
func HoldFolder(path string) (release func(), err error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case err == nil && leadsTo(path, folder):
		return func() { _ = folder.Close() }, nil
	case err == nil: // removed after it was opened
		err = &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = &HeldError{}
	default: // network file systems lock files only
		err = ErrUnsupported
	}
	_ = folder.Close()
	return nil, err
}
