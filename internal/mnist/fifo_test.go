//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mnist

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"dnn/internal/fault"
)

// TestFIFO: a FIFO in the place of a file is an error, and nothing waits for it.
func TestFIFO(t *testing.T) {
	for _, ending := range []string{"", ".gz"} {
		s := newTiny(t)
		folder := s.Install(t)
		path := filepath.Join(folder, s.Test.Images.Name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path+ending, 0o666); err != nil {
			t.Skip(err)
		}
		_, err := Load(LoadOptions{Set: s.Set, Folder: folder})
		wantFault(t, err, fault.Data, path+ending, "is not a regular file")
		_, err = Verify(s.Set, folder)
		wantFault(t, err, fault.Data, s.Test.Images.Name)
	}
}
