//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mnist

import (
	"os"
	"syscall"
)

// mapFile maps the first size bytes of f into memory, read-only. dnn replaces files of a data set only by renaming
// others, so the mapped bytes do not change. If another program truncates the file, see Dataset.Recover.
func mapFile(f *os.File, size int) (data []byte, unmap func() error, err error) {
	data, err = syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return data, func() error { return syscall.Munmap(data) }, nil
}
