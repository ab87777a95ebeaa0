//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lockfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if errors.Is(err, fs.ErrPermission) { // another user's, who was killed or holds it: whoever may read can lock
		if left, rerr := os.Open(path); rerr == nil {
			file, err = left, nil
		}
	}
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return file, nil
	}
	defer func() { _ = file.Close() }() // it was only read
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, &HeldError{Holder: holder(file)}
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS):
		_ = os.Remove(path)
		return nil, ErrUnsupported
	}
	return nil, os.NewSyscallError("flock", err)
}
