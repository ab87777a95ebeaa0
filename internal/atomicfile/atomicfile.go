// Package atomicfile is the one place that replaces a file on disk: a reader sees the old bytes or the new ones, whole,
// even after a crash. It is not for files that grow (logs, downloads in progress).
package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Write replaces the file at path with what write produces: to a temporary file in the same folder, synced, renamed over
// path, and the folder synced. If anything fails the old file stays as it was and the temporary one is removed.
// Permissions are those of a newly created file (0666 less the umask), or the old file's if there was one. What writers of
// the same path have left that were killed is removed too, once it is an hour old.
func Write(path string, write func(io.Writer) error) error {
	folder := filepath.Dir(path)
	mode := os.FileMode(0)
	if old, err := os.Stat(path); err == nil {
		mode = old.Mode().Perm()
	}
	RemoveStale(folder, func(name string) bool { return name == filepath.Base(path) })
	tmp, err := create(folder, filepath.Base(path))
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed { // something failed, or write panicked
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if err := write(tmp); err != nil {
		return err
	}
	if mode != 0 {
		if err := tmp.Chmod(mode); err != nil {
			return err
		}
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	renamed = true
	return SyncFolder(folder)
}

// SyncFolder makes renames and creations in folder durable. Systems that cannot sync a folder (Windows) are left alone.
func SyncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil && !canSyncFolder {
		return nil
	}
	return err
}

// Probe tells whether Write could replace the file at path, without touching it: a program that works for long before it
// writes finds out early.
func Probe(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return &os.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	tmp, err := create(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}
