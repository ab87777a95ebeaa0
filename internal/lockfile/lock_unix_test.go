//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A file that may only be read, as one that another user's process left, can be locked all the same.
func TestLockOfAnotherUser(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	path := filepath.Join(t.TempDir(), ".model.bin.lock")
	if err := os.WriteFile(path, []byte("process 1 on elsewhere\n"), 0o444); err != nil {
		t.Fatal(err)
	}
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); !errors.As(err, new(*HeldError)) {
		t.Errorf("a second lock: %v", err)
	}
	unlock()
}
