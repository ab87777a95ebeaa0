package atomicfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The name of a temporary file says which file it is for, and two writers have different ones.
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

// Only old temporary files of the same name are removed.
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
		".model.bin.FEDCBA98.tmp", ".model.bin.0123abc.tmp", ".model.bin.0123abcde.tmp", ".model.bin.0123abcg.tmp",
		".model.bin.tmp",
		".model.bin.old.0123abcd.tmp", ".other.bin.0123abcd.tmp", "model.bin.0123abcd.tmp", ".model.bin.0123abcd.tmp~",
		".model.bin.0123abcd",
	}
	for _, name := range kept {
		put(name, 48*time.Hour)
	}
	put(".model.bin.89abcdef.tmp", 50*time.Minute) // it may still be in use
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
