//go:build darwin || freebsd || linux

package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteThroughAFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Probe(path); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		got, err := os.ReadFile(path)
		read <- string(got)
		if err != nil {
			t.Error(err)
		}
	}()
	if err := Write(path, func(w io.Writer) error { _, err := io.WriteString(w, "bytes"); return err }); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "bytes" {
		t.Errorf("read %q", got)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("afterwards it is %v, %v", info, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
}

// The device is a node of the test's own, as /dev/null is one.
func TestWriteThroughADevice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "null")
	const null = 1<<8 | 3
	if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, null); err != nil {
		t.Skipf("cannot make a device: %v", err)
	}
	if err := Write(path, func(w io.Writer) error { _, err := io.WriteString(w, "bytes"); return err }); err != nil &&
		!errors.Is(err, os.ErrPermission) {
		t.Fatal(err) // where devices are not allowed, it is refused and stays
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("afterwards it is %v, %v", info, err)
	}
}

func TestWriteRefusesASocket(t *testing.T) {
	t.Chdir(t.TempDir()) // the path of a socket has to be short
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, err := range []error{Probe("socket"), Write("socket", func(io.Writer) error { return nil })} {
		if err == nil || !strings.Contains(err.Error(), "wanted a file, found a socket") {
			t.Errorf("error %v", err)
		}
	}
}

// What leads to a pipe by a name that is no path, as /dev/stdout and a shell's >(program) do, is written to.
func TestWriteThroughADescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	path := fmt.Sprintf("/dev/fd/%d", w.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	if err := Probe(path); err != nil {
		t.Errorf("probe: %v", err)
	}
	if err := Write(path, text("bytes")); err != nil {
		t.Errorf("write: %v", err)
	}
	_ = w.Close()
	if got, err := io.ReadAll(r); string(got) != "bytes" {
		t.Errorf("read %q, %v", got, err)
	}
}

// A file that this process has open, as the shell opens one for >> and >, keeps what it has: what is written comes after it.
func TestWriteToAnOpenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for _, flag := range []int{os.O_APPEND, 0} {
		if err := os.WriteFile(path, []byte("before\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, os.O_RDWR|flag, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Seek(0, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("/dev/fd/%d", file.Fd())
		if err := Probe(name); err != nil {
			t.Errorf("probe: %v", err)
		}
		for _, line := range []string{"one\n", "two\n"} {
			if err := Write(name, text(line)); err != nil {
				t.Errorf("write: %v", err)
			}
		}
		if _, err := file.WriteString("after\n"); err != nil {
			t.Error(err)
		}
		_ = file.Close()
		if got, err := os.ReadFile(path); string(got) != "before\none\ntwo\nafter\n" {
			t.Errorf("found %q, %v", got, err)
		}
		if err := Probe(name); err == nil {
			t.Error("wanted an error about a file that is not open, found none")
		}
	}
	read, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	if err := Probe(fmt.Sprintf("/dev/fd/%d", read.Fd())); err == nil {
		t.Error("wanted an error about a file that is only read, found none")
	}
}
