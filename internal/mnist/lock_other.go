//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package mnist

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// tryLock takes the lock that is the existence of the file at path, or returns errLocked. A process that dies leaves the
// file behind. Windows does not let a file be removed while its maker has it open, so there one that can be removed is
// such a remnant; on other systems a person has to remove it.
func tryLock(path string) (unlock func(), err error) {
	if runtime.GOOS == "windows" {
		_ = os.Remove(path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return func() {
		_ = f.Close()
		_ = os.Remove(path)
	}, nil
}
