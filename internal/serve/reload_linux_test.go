package serve

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestReloadWithoutDescriptors: a model that cannot be read for lack of descriptors is read once there are some, and the
// log tells each once.
func TestReloadWithoutDescriptors(t *testing.T) {
	r := start(t, nil)
	next := filepath.Join(t.TempDir(), "next.bin")
	writeModel(t, next, 2)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) }()
	if err := os.Rename(next, r.model); err != nil {
		t.Fatal(err)
	}
	until := func(text string) {
		for !strings.Contains(r.log.String(), text) {
			runtime.Gosched()
		}
	}
	until("digits stays as it was: ")
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	until("digits is now ")
	if log := r.log.String(); strings.Count(log, "\n") > 2 || !strings.Contains(log, "too many open files") {
		t.Errorf("wanted two lines, found %s", log)
	}
}
