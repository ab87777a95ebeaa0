package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
)

// Same reports whether two paths lead to the same file, through links and in whatever spelling. It compares device and
// inode if both files exist, and otherwise names.
func Same(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	if errA == nil || errB == nil {
		return false
	}
	a, b = canonical(a), canonical(b)
	return a == b || strings.EqualFold(a, b) && ignoresCase(filepath.Dir(a))
}

// canonical returns the absolute path of a file, with links resolved. The file need not exist.
func canonical(path string) string {
	if target, err := Target(path); err == nil {
		path = target
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// ignoresCase reports whether the file system finds the folder under its name in other case, too.
func ignoresCase(folder string) bool {
	base := filepath.Base(folder)
	other := strings.ToUpper(base)
	if other == base {
		other = strings.ToLower(base)
	}
	infoA, errA := os.Stat(folder)
	infoB, errB := os.Stat(filepath.Join(filepath.Dir(folder), other))
	return other != base && errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
