//go:build unix

package atomicfile

import (
	"os"
	"syscall"
)

// keepOwner gives the file at path the owner and the group of an old one, or the group alone, or neither, as this process
// may: only root gives files away, and others choose among their own groups.
func keepOwner(path string, old os.FileInfo) {
	was, ok := old.Sys().(*syscall.Stat_t)
	if ok && os.Chown(path, int(was.Uid), int(was.Gid)) != nil {
		_ = os.Chown(path, -1, int(was.Gid))
	}
}
