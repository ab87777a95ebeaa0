package world

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func TestCheckDistinct(t *testing.T) {
	here := t.TempDir()
	a, link := filepath.Join(here, "a"), filepath.Join(here, "link")
	if err := os.WriteFile(a, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(a, link); err != nil {
		t.Skip("this system has no symbolic links: ", err)
	}
	other := filepath.Join(here, "other")
	for name, c := range map[string]struct {
		outputs, inputs []File
		want            string
	}{
		"different":             {[]File{{"x", other}}, []File{{"y", a}}, ""},
		"an input":              {[]File{{"x", a}}, []File{{"y", a}}, a + ": x would be written over y (" + a + ")"},
		"an input, by its link": {[]File{{"x", link}}, []File{{"y", a}}, link + ": x would be written over y"},
		"another output":        {[]File{{"x", other}, {"z", other}}, nil, other + ": z would be written over x"},
		"none":                  {[]File{{"x", ""}, {"z", ""}}, []File{{"y", ""}}, ""},
		"a device":              {[]File{{"x", os.DevNull}, {"z", os.DevNull}}, []File{{"y", os.DevNull}}, ""},
	} {
		err := CheckDistinct(c.outputs, c.inputs)
		switch {
		case c.want == "":
			if err != nil {
				t.Errorf("%s: found %v", name, err)
			}
		case err == nil || !strings.HasPrefix(err.Error(), c.want) || fault.KindOf(err) != fault.Config:
			t.Errorf("%s: wanted %q, found %v", name, c.want, err)
		}
	}
}

func TestKernels(t *testing.T) {
	for name, ok := range map[string]bool{"": true, "generic": true, "abacus": false} {
		s := System{Env: func(string) (string, bool) { return name, true }}
		set, err := s.Kernels()
		if ok && (err != nil || name != "" && set.Name != name) || !ok && fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: found %v, %v", name, set, err)
		}
	}
}

// A person is there if standard input is a terminal, unless the variable of CI says otherwise.
func TestAttended(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	for _, c := range []struct {
		stdin  io.Reader
		ci     string
		wanted bool
	}{
		{terminal, "", true},
		{terminal, "false", true},
		{terminal, "true", false},
		{strings.NewReader(""), "", false},
	} {
		s := &System{Stdin: c.stdin, Env: func(string) (string, bool) { return c.ci, c.ci != "" }}
		if found := s.Attended(); found != c.wanted {
			t.Errorf("%T, CI=%s: wanted %t, found %t", c.stdin, c.ci, c.wanted, found)
		}
	}
}
