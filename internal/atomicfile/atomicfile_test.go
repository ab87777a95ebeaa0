package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// text returns what Write calls to write s.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// names returns what is in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// check checks that the folder holds one file, model.bin, with that content.
func check(t *testing.T, folder, content string) {
	t.Helper()
	if got := names(t, folder); !slices.Equal(got, []string{"model.bin"}) {
		t.Errorf("the folder holds %q, want model.bin alone", got)
	}
	data, err := os.ReadFile(filepath.Join(folder, "model.bin"))
	if err != nil || string(data) != content {
		t.Errorf("model.bin holds %q (%v), want %q", data, err, content)
	}
}

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	for _, content := range []string{"first", "second, which is longer", "3", ""} {
		if err := Write(path, text(content)); err != nil {
			t.Fatal(err)
		}
		check(t, folder, content)
	}
}

func TestWriteInTheWorkingFolder(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := Write("model.bin", text("here")); err != nil {
		t.Fatal(err)
	}
	check(t, folder, "here")
}

// Until everything is written, a reader sees the old file. A reader that has it open still sees it afterwards.
func TestReadersSeeOldOrNew(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be replaced")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	err = Write(path, func(w io.Writer) error {
		if err := text("new")(w); err != nil {
			return err
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
			t.Errorf("while the new file is written the old one holds %q (%v)", data, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, folder, "new")
	if data, err := io.ReadAll(reader); err != nil || string(data) != "old" {
		t.Errorf("who had opened the old file reads %q (%v)", data, err)
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	broken := errors.New("broken")
	fail := func(w io.Writer) error {
		if err := text("half of the new")(w); err != nil {
			return err
		}
		return broken
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	if err := Write(path, fail); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("a failed write leaves %q", got)
	}
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, fail); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	check(t, folder, "old")
}

// Neither does a write that panics.
func TestPanickingWriteLeavesTheOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if got := recover(); got != "broken" {
				t.Errorf("panic %v, want that of the write", got)
			}
		}()
		_ = Write(path, func(io.Writer) error { panic("broken") })
	}()
	check(t, folder, "old")
}

// If the file cannot be replaced, nothing is left behind, and what is there stays.
func TestWriteImpossible(t *testing.T) {
	folder := t.TempDir()
	occupied := filepath.Join(folder, "model.bin")
	if err := os.Mkdir(occupied, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(occupied, "inside"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(occupied, text("new")); err == nil {
		t.Error("a file replaced a folder")
	}
	if got := names(t, folder); !slices.Equal(got, []string{"model.bin"}) {
		t.Errorf("the folder holds %q", got)
	}
	called := false
	err := Write(filepath.Join(folder, "no folder", "model.bin"), func(io.Writer) error { called = true; return nil })
	if !errors.Is(err, os.ErrNotExist) || called {
		t.Errorf("in a missing folder: error %v, write called: %t", err, called)
	}
}

// A new file gets the permissions of any new file, a replaced one keeps its own.
func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has other permissions")
	}
	folder := t.TempDir()
	path, plain := filepath.Join(folder, "model.bin"), filepath.Join(t.TempDir(), "plain")
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	if got, want := mode(path), mode(plain); got != want {
		t.Errorf("a new file has the permissions %v, want %v", got, want)
	}
	for _, want := range []os.FileMode{0o600, 0o644, 0o666, 0o755, 0o400} {
		if err := os.Chmod(path, want); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, text("again")); err != nil {
			t.Fatal(err)
		}
		if got := mode(path); got != want {
			t.Errorf("a file of %v was replaced by one of %v", want, got)
		}
	}
}

func TestSyncFolder(t *testing.T) {
	if err := SyncFolder(t.TempDir()); err != nil {
		t.Errorf("a folder: %v", err)
	}
	if err := SyncFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
}

func TestWriteFollowsALink(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "real"), filepath.Join(folder, "link")
	for _, before := range []bool{false, true} { // what the link leads to is missing at first
		if err := os.Symlink("real", link); err != nil && !before {
			t.Skip(err)
		}
		if err := Write(link, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(target); string(got) != "new" {
			t.Errorf("there before %v: the file has %q, %v", before, got, err)
		}
		if to, err := os.Readlink(link); to != "real" {
			t.Errorf("there before %v: the link leads to %q, %v", before, to, err)
		}
	}
	if err := os.Symlink("b", filepath.Join(folder, "a")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(folder, "b")); err != nil {
		t.Fatal(err)
	}
	if err := Probe(filepath.Join(folder, "a")); !errors.Is(err, errLinks) {
		t.Errorf("links in a circle: %v", err)
	}
}

// A link in a folder that is itself reached by a link leads where the system says: .. is the folder above the real one.
func TestWriteFollowsALinkFromALinkedFolder(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	for _, folder := range []string{"far/runs", "far/store", "store"} {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("store/real", []byte("another's"), 0o666); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"runs": "far/runs", "far/runs/link": "../store/real"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	if err := Write("runs/link", text("new")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"far/store/real": "new", "store/real": "another's"} {
		if got, err := os.ReadFile(path); string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
}
