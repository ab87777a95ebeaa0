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

// A temporary file is called ".<name>.<random>.tmp", with so many hexadecimal digits.
const (
	tmpFormat = ".%s.%08x.tmp"
	tmpDigits = 8
)

// staleAfter is when a temporary file that nobody has written to counts as left behind: no writer pauses for so long.
const staleAfter = time.Hour

// create opens a new temporary file for name in folder. os.CreateTemp would make it readable by its owner only,
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

// RemoveStale removes from folder what killed writers of the paths whose last element is one have left, once it is an hour old.
// What cannot be removed stays: it is in nobody's way.
func RemoveStale(folder string, is func(name string) bool) { remove(folder, staleAfter, is) }

// RemoveAbandoned is RemoveStale whatever the age, for who holds a lock that keeps all other writers of these paths away.
func RemoveAbandoned(folder string, is func(name string) bool) { remove(folder, -1, is) }

func remove(folder string, olderThan time.Duration, is func(name string) bool) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if name, ok := temporaryFor(e.Name()); !ok || !e.Type().IsRegular() || !is(name) {
			continue
		}
		if info, err := e.Info(); err == nil && (olderThan < 0 || time.Since(info.ModTime()) > olderThan) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// temporaryFor returns the name for which create would call a temporary file so, if there is one.
func temporaryFor(file string) (name string, ok bool) {
	rest, isFirst := strings.CutPrefix(file, ".")
	rest, isLast := strings.CutSuffix(rest, ".tmp")
	dot := len(rest) - tmpDigits - 1
	if !isFirst || !isLast || dot < 1 || rest[dot] != '.' || strings.Trim(rest[dot+1:], "0123456789abcdef") != "" {
		return "", false
	}
	return rest[:dot], true
}
