package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestLock(t *testing.T) {
	path := PathFor(filepath.Join(t.TempDir(), "model.bin"))
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(path)
	held, ok := errors.AsType[*HeldError](err)
	if !ok || !strings.Contains(held.Holder, strconv.Itoa(os.Getpid())) {
		t.Errorf("the second lock: %v, wanted one that this process holds", err)
	}
	unlock()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after unlock the file is there: %v", err)
	}
	unlock, err = Lock(path)
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	unlock()
}

// A link in place of the file is no lock: what it leads to stays as it is.
func TestLockOfALink(t *testing.T) {
	folder := t.TempDir()
	path, other := filepath.Join(folder, ".model.bin.lock"), filepath.Join(folder, "other")
	if err := os.WriteFile(other, []byte("of value"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, path); err != nil {
		t.Skip(err)
	}
	if _, err := Lock(path); err == nil {
		t.Error("a link was taken for a lock")
	}
	if text, err := os.ReadFile(other); string(text) != "of value" {
		t.Errorf("what it leads to holds %q, %v", text, err)
	}
}

// A killed process leaves the file but no lock.
func TestLockLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".model.bin.lock")
	if err := os.WriteFile(path, []byte("process 1 on elsewhere\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
