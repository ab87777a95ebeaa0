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
//
// A symbolic link is followed: the file that it leads to is replaced, in its own folder. Into a device or a FIFO the bytes
// are written as they come, since a file in its place would be of no use to whoever reads from it. A socket is refused.
func Write(path string, write func(io.Writer) error) error {
	path, err := Target(path)
	if err != nil {
		return err
	}
	mode := os.FileMode(0)
	if old, err := os.Stat(path); err == nil {
		if isStream(old.Mode()) {
			return writeThrough(path, write)
		}
		if err := replaceable(path, old.Mode()); err != nil {
			return err
		}
		mode = old.Mode().Perm()
	}
	folder := filepath.Dir(path)
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
	return syncFolder(folder)
}

// writeThrough writes into a device or a FIFO. Neither can be replaced, synced or truncated.
func writeThrough(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// IsStream tells whether path leads to a device or a FIFO, into which Write writes without replacing it.
func IsStream(path string) bool {
	info, err := os.Stat(path)
	return err == nil && isStream(info.Mode())
}

func isStream(mode os.FileMode) bool { return mode&(os.ModeDevice|os.ModeNamedPipe) != 0 }

// replaceable refuses what is neither a regular file nor a stream.
func replaceable(path string, mode os.FileMode) error {
	switch {
	case mode.IsDir():
		return &os.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	case !mode.IsRegular():
		return &os.PathError{Op: "open", Path: path, Err: errors.New("is a socket, wanted a file")}
	}
	return nil
}

// maxLinks is how many symbolic links a path may lead through, as in Linux.
const maxLinks = 40

var errLinks = errors.New("leads through too many symbolic links")

// Target returns the path that a write to path ends at: path itself, or, if that is a symbolic link, where the link leads,
// whether or not there is a file.
func Target(path string) (string, error) {
	for range maxLinks {
		to, ok := linked(path)
		if !ok {
			return path, nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", &os.PathError{Op: "open", Path: path, Err: errLinks}
}

// linked returns where a symbolic link leads. What is missing, or cannot be looked at, is none: whoever writes there will see.
func linked(path string) (to string, ok bool) {
	to, err := os.Readlink(path)
	return to, err == nil
}

// syncFolder makes renames and creations in folder durable. Systems that cannot sync a folder (Windows) are left alone.
func syncFolder(folder string) error {
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
