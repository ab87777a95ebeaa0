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

// removeStale removes the temporary files for name in folder that a killed process has left. What cannot be removed stays:
// it is in nobody's way.
func removeStale(folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !isTemporary(e.Name(), name) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// isTemporary tells whether create would call a temporary file for name so.
func isTemporary(file, name string) bool {
	digits, isFirst := strings.CutPrefix(file, "."+name+".")
	digits, isLast := strings.CutSuffix(digits, ".tmp")
	return isFirst && isLast && len(digits) == tmpDigits && strings.Trim(digits, "0123456789abcdef") == ""
}
