package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
)

// Probing makes no folder, and finds what is in the way of one.
func TestProbeFolder(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, filepath.Join(folder, "a"), filepath.Join(folder, "a", "b", "c")} {
		if err := ProbeFolder(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{file, filepath.Join(file, "a")} {
		if err := ProbeFolder(path); !errors.Is(err, syscall.ENOTDIR) && runtime.GOOS != "windows" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := names(t, folder); !slices.Equal(got, []string{"file"}) {
		t.Errorf("the folder holds %q", got)
	}
	if err := os.Symlink("nowhere", filepath.Join(folder, "link")); err != nil {
		t.Skip(err)
	}
	if err := ProbeFolder(filepath.Join(folder, "link")); err == nil {
		t.Error("a link that leads nowhere became a folder")
	}
}

// A file that is opened, not replaced, may be in a folder that is read-only. Probing does not change the file.
func TestProbeOpen(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	if err := ProbeOpen(path); err != nil {
		t.Errorf("a new file: %v", err)
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("a probe leaves %q", got)
	}
	if err := ProbeOpen(folder); !errors.Is(err, syscall.EISDIR) && runtime.GOOS != "windows" {
		t.Errorf("a folder: %v", err)
	}
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := ProbeOpen(path); err != nil {
		t.Errorf("an old file: %v", err)
	}
	check(t, folder, "old")
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return // root may write everywhere
	}
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := ProbeOpen(path); err != nil {
		t.Errorf("in a folder that is read-only: %v", err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := ProbeOpen(path); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a file that is read-only: %v", err)
	}
	if err := os.Chmod(folder, 0o700); err != nil { // so that it can be removed
		t.Fatal(err)
	}
}

func TestProbe(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	if err := Probe(path); err != nil {
		t.Errorf("a new file: %v", err)
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("a probe leaves %q", got)
	}
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Probe(path); err != nil {
		t.Errorf("an old file: %v", err)
	}
	check(t, folder, "old")
	if after, err := os.Stat(path); err != nil || !after.ModTime().Equal(before.ModTime()) ||
		!os.SameFile(before, after) {
		t.Error("a probe touched the old file")
	}
	if err := Probe(folder); err == nil || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("a folder: %v", err)
	}
	if err := Probe(filepath.Join(folder, "no folder", "model.bin")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
}

func TestProbeOfAReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("may write everywhere")
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "model.bin")
	if err := Probe(path); !errors.Is(err, os.ErrPermission) {
		t.Errorf("probe: %v", err)
	}
	if err := Write(path, text("new")); !errors.Is(err, os.ErrPermission) {
		t.Errorf("write: %v", err)
	}
}
