// Package atomicfile is the one place that replaces files on disk: a reader sees either all of the old bytes or all of
// the new ones, even after a crash. It is not for files that grow (logs, downloads in progress).
package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Write replaces the file at path with what write produces. It writes a temporary file in the same folder, syncs it,
// renames it to path, and syncs the folder. If anything fails, the old file stays as it was and the temporary one is
// removed. The new file has the permissions of the old one and, as far as this process may give them away, its owner and
// group; without an old one, those of any new file (0666 less the umask). Temporary files that killed writers of the same
// path left are removed too, once they are an hour old.
//
// A symbolic link is followed: Write replaces the file that it leads to, in that file's folder. A device or a FIFO is
// not replaced but written to, since whoever reads from it would not see a new file, and so is an open file of this
// process, such as /dev/stdout, which may have more in it. A socket is refused.
func Write(path string, write func(io.Writer) error) error {
	path, err := Target(path)
	if err != nil {
		return err
	}
	if IsStream(path) {
		return writeThrough(path, write)
	}
	old, err := os.Stat(path)
	if err == nil {
		if err := replaceable(path, old.Mode()); err != nil {
			return err
		}
	} else {
		old = nil
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
	if old != nil {
		if err := keep(tmp.Name(), old); err != nil {
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

// Replace gives the finished file at draft the name path, in the same folder, and what Write keeps of an old file there.
func Replace(draft, path string) error {
	if old, err := os.Stat(path); err == nil {
		if err := keep(draft, old); err != nil {
			return err
		}
	}
	return os.Rename(draft, path)
}

// keep gives the file at path the owner, as far as that goes, and the permissions of an old one.
func keep(path string, old os.FileInfo) error {
	keepOwner(path, old) // first, since a change of the owner may cut the permissions
	return os.Chmod(path, old.Mode().Perm())
}

// writeThrough writes to what cannot be replaced, synced or truncated.
func writeThrough(path string, write func(io.Writer) error) error {
	file, err := openDescriptor(path)
	if file == nil && err == nil {
		file, err = os.OpenFile(path, os.O_WRONLY, 0)
	}
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// IsStream reports whether Write writes to path without replacing it: to a device, a FIFO, or an open file of this
// process.
func IsStream(path string) bool {
	_, open := descriptor(path)
	return open || IsDevice(path)
}

// IsDevice reports whether path leads to a device or a FIFO.
func IsDevice(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&(os.ModeDevice|os.ModeNamedPipe) != 0
}

// replaceable refuses folders and sockets.
func replaceable(path string, mode os.FileMode) error {
	switch {
	case mode.IsDir():
		return &os.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	case !mode.IsRegular():
		return &os.PathError{Op: "open", Path: path, Err: errors.New("wanted a file, found a socket")}
	}
	return nil
}

// maxLinks is the most symbolic links that a path may lead through, as in Linux.
const maxLinks = 40

var errLinks = errors.New("leads through too many symbolic links")

// Target returns the path that a write to path replaces: path itself, or the place that it leads to if it is a symbolic
// link. There need not be a file. What leads to a stream is path itself: /dev/stdout may lead to pipe:[4711], which is
// no path.
func Target(path string) (string, error) {
	if IsStream(path) {
		return path, nil
	}
	for range maxLinks {
		to, ok := linked(path)
		if !ok {
			return path, nil
		}
		folder, _ := filepath.Split(path)
		if filepath.IsAbs(to) {
			folder = ""
		}
		folder, name := filepath.Split(folder + to)
		if resolved, err := filepath.EvalSymlinks(folder); err == nil { // Join would take .. for the way back out of a link
			folder = resolved
		}
		path = filepath.Join(folder, name)
	}
	return "", &os.PathError{Op: "open", Path: path, Err: errLinks}
}

// linked returns where the symbolic link at path leads. If ok is false, there is no link that can be read; the write
// itself reports other errors.
func linked(path string) (to string, ok bool) {
	to, err := os.Readlink(path)
	return to, err == nil
}

// SyncFolder makes renames and new files in a folder durable. It does nothing on systems that cannot sync a folder
// (Windows).
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
