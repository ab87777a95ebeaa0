// Package lockfile keeps two processes from writing the same files at the same time. It knows nothing of what the files are.
package lockfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// HeldError says that another process has the lock.
type HeldError struct{ Holder string } // "process 4711 on HOST"; empty where it cannot be known

func (e *HeldError) Error() string {
	if e.Holder == "" {
		return "another process holds the lock"
	}
	return e.Holder + " holds the lock"
}

// ErrUnsupported says that the file system has no locks, as some network file systems don't.
var ErrUnsupported = errors.New("the file system has no locks")

// Lock takes the lock that is the file at path, which is made if it is not there, without waiting. If another process has it,
// the error is a *HeldError. unlock gives it back and removes the file. The lock of a process that is killed goes with it,
// though its file stays.
func Lock(path string) (unlock func(), err error) {
	const tries = 100 // each fails only if a holder unlocks between two calls
	for range tries {
		file, err := lock(path)
		if err != nil {
			return nil, err
		}
		if !names(path, file) { // its holder removed it while we waited for the lock
			_ = file.Close()
			continue
		}
		host, _ := os.Hostname()
		if err := file.Truncate(0); err == nil { // only for messages: what fails here does no harm
			_, _ = file.WriteAt([]byte(fmt.Sprintf("process %d on %s\n", os.Getpid(), host)), 0)
		}
		return func() {
			_ = os.Remove(path) // before it is unlocked: whoever opened it sees that it is no more
			_ = file.Close()
		}, nil
	}
	return nil, &HeldError{}
}

// names tells whether path still leads to the open file.
func names(path string, file *os.File) bool {
	at, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := file.Stat()
	return err == nil && os.SameFile(at, open)
}

// holder returns what the holder of a lock wrote into its file.
func holder(file *os.File) string {
	const longest = 200
	text, _ := io.ReadAll(io.LimitReader(file, longest))
	return strings.TrimSpace(string(text))
}

// PathFor returns the name of the lock of the file at path.
func PathFor(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
}
