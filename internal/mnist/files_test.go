package mnist

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"dnn/internal/fault"
)

// TestRecover: a mapped file that became shorter is an error where it is used, and other panics go on.
func TestRecover(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped there")
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	s := newTiny(t)
	folder := s.Install(t)
	d, err := Load(LoadOptions{Set: s.Set, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	use := func(work func()) (err error) {
		defer d.Recover(&err)
		work()
		return nil
	}
	sum := 0
	read := func() {
		for _, p := range d.Test.Images {
			sum += int(p)
		}
	}
	if err := errors.Join(use(read), d.CheckSizes()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, s.Test.Images.Name)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	wantFault(t, use(read), fault.Data, path, "became shorter while it was read")
	if err := d.CheckSizes(); err == nil || fault.KindOf(err) != fault.Data {
		t.Errorf("CheckSizes: %v", err)
	}
	for _, other := range []any{"a mistake", errors.New("another"), faultAt(1)} {
		func() {
			defer func() {
				if got := recover(); got != other {
					t.Errorf("panic with %v, wanted %v", got, other)
				}
			}()
			_ = use(func() { panic(other) })
		}()
	}
}

// faultAt is what a read at an address panics with.
type faultAt uintptr

func (a faultAt) Addr() uintptr { return uintptr(a) }
