package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"dnn/internal/fault"
)

func TestPrintError(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{fault.New(fault.Config, "mlp.yaml:3:1", "unknown key layer").WithHint("did you mean layers?"),
			"dnn: mlp.yaml:3:1: unknown key layer\nhint: did you mean layers?\n"},
		{fault.New(fault.Usage, "", "no model file given"), "dnn: no model file given\n"},
		{fmt.Errorf("wrapped: %w", fault.New(fault.Data, "a", "b")), "dnn: a: b\n"},
		{fault.New(fault.Data, "evil\x1b[2Jname", "two\nlines\r\nhere"), "dnn: evil�[2Jname: two lines here\n"},
		{errors.New("index 3 out of range"), "dnn: bug in dnn: index 3 out of range\n" +
			"hint: please report this line, the command and the output of dnn version to where you got dnn from\n"},
	} {
		var got bytes.Buffer
		PrintError(&got, test.err)
		if got.String() != test.want {
			t.Errorf("got  %q\nwant %q", got.String(), test.want)
		}
	}
}

func TestMessages(t *testing.T) {
	var got bytes.Buffer
	Message(&got, "%d files are there", 4)
	if want := "4 files are there\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestScreenOfWhatIsNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for name, s := range map[string]Screen{
		"buffer": ScreenOf(&bytes.Buffer{}, func(string) string { return "" }),
		"file":   ScreenOf(file, func(string) string { return "" }),
	} {
		if s.Terminal || s.Color || s.columns() != 80 {
			t.Errorf("%s: terminal %v, color %v, %d columns", name, s.Terminal, s.Color, s.columns())
		}
	}
}

func TestScreenObeysEnvironment(t *testing.T) {
	for _, test := range []struct {
		env             map[string]string
		terminal, color bool
	}{
		{map[string]string{"TERM": "xterm"}, true, true},
		{map[string]string{}, true, true},
		{map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, true, false},
		{map[string]string{"TERM": "xterm", "NO_COLOR": ""}, true, true},
		{map[string]string{"TERM": "dumb"}, false, false},
	} {
		terminal, color := allowed(true, func(key string) string { return test.env[key] })
		if terminal != test.terminal || color != test.color {
			t.Errorf("%v: terminal %v, color %v", test.env, terminal, color)
		}
	}
	if terminal, color := allowed(false, func(string) string { return "" }); terminal || color {
		t.Error("what is no terminal became one")
	}
}

func TestLocaleOfUTF8(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, false},
		{map[string]string{"LANG": "en_US.UTF-8"}, true},
		{map[string]string{"LANG": "C.utf8"}, true},
		{map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, true},
		{map[string]string{"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"}, false},
	} {
		if got := isUTF8(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%v: got %v, want %v", test.env, got, test.want)
		}
	}
}
