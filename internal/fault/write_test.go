package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestCannotWrite(t *testing.T) {
	here := t.TempDir()
	file, folder := filepath.Join(here, "m"), filepath.Join(here, "none")
	for _, c := range []struct {
		name       string
		path       string
		err        error
		want, hint string
	}{
		{"of the temporary file", file, &fs.PathError{Op: "open", Path: ".m.tmp", Err: fs.ErrPermission},
			file + ": cannot write: permission denied", ""},
		{"of a rename", file, &os.LinkError{Op: "rename", Old: ".m.tmp", New: file, Err: fs.ErrExist},
			file + ": cannot write: file already exists", ""},
		{"wrapped", file, fmt.Errorf("a: %w", &fs.PathError{Op: "open", Path: "b", Err: fs.ErrClosed}),
			file + ": cannot write: file already closed", ""},
		{"no folder", filepath.Join(folder, "m"), &fs.PathError{Op: "open", Path: "b", Err: fs.ErrNotExist},
			filepath.Join(folder, "m") + ": cannot write: there is no folder " + folder, "mkdir -p " + folder},
		{"no file, in a folder", file, &fs.PathError{Op: "remove", Path: file, Err: fs.ErrNotExist},
			file + ": cannot write: file does not exist", ""},
		{"no folder, but that is not why", filepath.Join(folder, "m"), fs.ErrPermission,
			filepath.Join(folder, "m") + ": cannot write: permission denied", ""},
	} {
		got := CannotWrite(c.path, c.err)
		if got.Error() != c.want || got.Hint != c.hint || got.Kind != Write || !errors.Is(got, Pathless(c.err)) {
			t.Errorf("%s: %s (hint %q, kind %d), want %s (hint %q)", c.name, got, got.Hint, got.Kind, c.want, c.hint)
		}
	}
	inner := New(Diverged, "", "a weight is NaN").WithHint("less")
	if got := CannotWrite(file, inner); got.Error() != file+": a weight is NaN" || got.Kind != Diverged ||
		got.Hint != "less" {
		t.Errorf("a fault became %+v", got)
	}
}
