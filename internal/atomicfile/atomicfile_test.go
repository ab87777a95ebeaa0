package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
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

// Until all is written a reader sees the old file, and who has it open goes on seeing it afterwards.
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

// Where the file cannot be put nothing is left behind, and what is there stays.
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
	if after, err := os.Stat(path); err != nil || !after.ModTime().Equal(before.ModTime()) || !os.SameFile(before, after) {
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

func TestSyncFolder(t *testing.T) {
	if err := syncFolder(t.TempDir()); err != nil {
		t.Errorf("a folder: %v", err)
	}
	if err := syncFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
}

// A temporary file's name says whose it is, and files with the same name do not meet.
func TestTemporaryNames(t *testing.T) {
	folder := t.TempDir()
	for range 20 {
		f, err := create(folder, "model.bin")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	all := names(t, folder)
	if len(all) != 20 {
		t.Errorf("%d files, want 20", len(all))
	}
	for _, name := range all {
		if !strings.HasPrefix(name, ".model.bin.") || !strings.HasSuffix(name, ".tmp") {
			t.Errorf("temporary file %s", name)
		}
	}
}

// Of temporary files, those of the same name that are old are removed, and nothing else.
func TestWriteRemovesStaleFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.bin")
	put := func(name string, age time.Duration) {
		t.Helper()
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(file, then, then); err != nil {
			t.Fatal(err)
		}
	}
	put(".model.bin.0123abcd.tmp", 2*time.Hour)
	put(".model.bin.00000000.tmp", 61*time.Minute)
	kept := []string{
		".model.bin.FEDCBA98.tmp", ".model.bin.0123abc.tmp", ".model.bin.0123abcde.tmp", ".model.bin.0123abcg.tmp", ".model.bin.tmp",
		".model.bin.old.0123abcd.tmp", ".other.bin.0123abcd.tmp", "model.bin.0123abcd.tmp", ".model.bin.0123abcd.tmp~", ".model.bin.0123abcd",
	}
	for _, name := range kept {
		put(name, 48*time.Hour)
	}
	put(".model.bin.89abcdef.tmp", 50*time.Minute) // somebody may be at it
	if err := os.Mkdir(filepath.Join(folder, ".model.bin.11111111.tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(folder, ".model.bin.11111111.tmp"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(kept, []string{".model.bin.89abcdef.tmp", ".model.bin.11111111.tmp", "model.bin"})
	slices.Sort(want)
	if got := names(t, folder); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
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
