package atomicfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const canSyncFolder = runtime.GOOS != "windows"

// A temporary file is called ".<name>.<random>.tmp". The random number has tmpDigits hexadecimal digits.
const (
	tmpFormat = ".%s.%08x.tmp"
	tmpDigits = 8
)

// staleAfter is the age at which a temporary file counts as left behind. No writer pauses for so long.
const staleAfter = time.Hour

// create opens a new temporary file for name in folder. It is not os.CreateTemp, whose files only the owner can read,
// whatever the umask says.
func create(folder, name string) (*os.File, error) {
	for try := 0; ; try++ {
		path := filepath.Join(folder, fmt.Sprintf(tmpFormat, name, rand.Uint32()))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}

// RemoveStale removes temporary files in folder that killed writers left, once they are an hour old: those of the files
// whose names match. A file that cannot be removed stays, and does no harm.
func RemoveStale(folder string, match func(name string) bool) {
	removeTemporary(folder, staleAfter, match)
}

// RemoveAbandoned is RemoveStale for files of any age. The caller must hold a lock that keeps other writers of these
// files away.
func RemoveAbandoned(folder string, match func(name string) bool) { removeTemporary(folder, -1, match) }

// removeTemporary removes temporary files that are older than olderThan; below 0, of any age.
func removeTemporary(folder string, olderThan time.Duration, match func(name string) bool) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if name, ok := temporaryFor(e.Name()); !ok || !e.Type().IsRegular() || !match(name) {
			continue
		}
		if info, err := e.Info(); err == nil && (olderThan < 0 || time.Since(info.ModTime()) > olderThan) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// temporaryFor returns the name of the file that a temporary file is for. ok is false if file is not the name of a
// temporary file.
func temporaryFor(file string) (name string, ok bool) {
	rest, isFirst := strings.CutPrefix(file, ".")
	rest, isLast := strings.CutSuffix(rest, ".tmp")
	dot := len(rest) - tmpDigits - 1
	if !isFirst || !isLast || dot < 1 || rest[dot] != '.' || strings.Trim(rest[dot+1:], "0123456789abcdef") != "" {
		return "", false
	}
	return rest[:dot], true
}
