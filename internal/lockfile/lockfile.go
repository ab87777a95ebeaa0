// Package lockfile keeps two processes from writing the same files at the same time. It does not know what the files
// are.
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
type HeldError struct {
	Holder string // "process 4711 on HOST"; empty if unknown
}

func (e *HeldError) Error() string {
	if e.Holder == "" {
		return "another process holds the lock"
	}
	return e.Holder + " holds the lock"
}

// ErrUnsupported says that the file system has no locks, like some network file systems.
var ErrUnsupported = errors.New("the file system has no locks")

// Lock takes the lock that is the file at path, and makes the file if necessary. It does not wait: if another process
// has the lock, the error is a *HeldError. unlock releases the lock and removes the file. The lock of a killed process
// is released too, but its file stays.
func Lock(path string) (unlock func(), err error) {
	const tries = 100 // each fails only if a holder unlocks between two calls
	for range tries {
		if _, err := os.Readlink(path); err == nil { // what is written to it would go to a file that is no lock
			return nil, &os.PathError{Op: "open", Path: path, Err: errors.New("wanted a lock, found a symbolic link")}
		}
		file, err := lock(path)
		if err != nil {
			return nil, err
		}
		if !leadsTo(path, file) { // the last holder removed the file after we had opened it
			_ = file.Close()
			continue
		}
		host, _ := os.Hostname()
		if err := file.Truncate(0); err == nil { // only for messages: a failure does no harm
			_, _ = file.WriteAt([]byte(fmt.Sprintf("process %d on %s\n", os.Getpid(), host)), 0)
		}
		return func() {
			_ = os.Remove(path) // before unlocking, so that whoever opened it sees that it is gone
			_ = file.Close()
		}, nil
	}
	return nil, &HeldError{}
}

// leadsTo reports whether path still leads to the open file.
func leadsTo(path string, file *os.File) bool {
	at, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := file.Stat()
	return err == nil && os.SameFile(at, open)
}

// holder returns what the holder of a lock wrote into the file.
func holder(file *os.File) string {
	const longest = 200
	text, _ := io.ReadAll(io.LimitReader(file, longest))
	return strings.TrimSpace(string(text))
}

// PathFor returns the name of the lock of the file at path.
func PathFor(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
}
