//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package lockfile

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// lock takes the lock that is the existence of the file. Windows does not let a file be removed while its maker has it open, so
// there one that can be removed was left by a process that died; on other systems a person has to remove it.
func lock(path string) (*os.File, error) {
	if runtime.GOOS == "windows" {
		_ = os.Remove(path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if !errors.Is(err, fs.ErrExist) {
		return file, err
	}
	held := &HeldError{}
	if old, err := os.Open(path); err == nil {
		held.Holder = holder(old)
		_ = old.Close()
	}
	return nil, held
}
