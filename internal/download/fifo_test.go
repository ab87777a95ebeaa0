//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package download

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"dnn/internal/fault"
)

// TestFIFO: a FIFO in the place of a mirror's file is an error, and nothing waits for it.
func TestFIFO(t *testing.T) {
	s := newTiny(t)
	folder := s.InstallGZ(t)
	path := filepath.Join(folder, s.Test.Images.Name+".gz")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Skip(err)
	}
	s.Mirrors = []string{"file://" + folder}
	_, err := Files(t.Context(), Options{Set: s.Set, Folder: t.TempDir(), Client: offline(), Env: noEnv})
	wantFault(t, err, fault.Network, "is not a regular file")
}
