package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Probe reports whether Write could write to path, without changing the file. A program that works for long before it
// writes can so find out early.
func Probe(path string) error {
	path, err := Target(path)
	if err != nil {
		return err
	}
	if file, err := openDescriptor(path); file != nil || err != nil {
		if err == nil {
			_, err = file.Write(nil) // an error if it is only read
			_ = file.Close()         // nothing was written
		}
		return err
	}
	if IsStream(path) {
		return nil // opening a FIFO would wait for its reader
	}
	if info, err := os.Stat(path); err == nil {
		if err := replaceable(path, info.Mode()); err != nil {
			return err
		}
	}
	return probeIn(filepath.Dir(path), filepath.Base(path))
}

// ProbeOpen is Probe for a file that is opened and written to, not replaced.
func ProbeOpen(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return Probe(path)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

// ProbeFolder reports whether the folder at path, with missing folders above it, could be made, and files be made in
// it. It makes nothing that stays.
func ProbeFolder(path string) error {
	for {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
			return probeIn(path, "probe")
		case err == nil:
			return &os.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if _, ok := linked(path); ok {
			return &os.PathError{Op: "mkdir", Path: path, Err: errors.New("is a symbolic link that leads nowhere")}
		}
		parent := filepath.Dir(path)
		if parent == path { // a volume that does not exist (Windows)
			return err
		}
		path = parent
	}
}

// probeIn makes a temporary file for name in a folder and removes it.
func probeIn(folder, name string) error {
	tmp, err := create(folder, name)
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}
