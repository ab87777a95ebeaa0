//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mnist

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock that is the file at path, or returns errLocked. The file stays: removing it would let two
// processes hold locks on two files of the same name. The system drops the lock of a process that dies.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, os.NewSyscallError("flock", err)
	}
	return func() { _ = f.Close() }, nil // which unlocks
}
