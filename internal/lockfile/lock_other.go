//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package lockfile

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// lock takes the lock by creating the file; while the file exists, the lock is held. Windows refuses to remove a file
// that a process has open, so a file that can be removed there was left by a process that died. On other systems, a
// person has to remove it.
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
