package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

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

// An error with a very long text stays on a few lines, which keep its place, its end and its hint.
func TestLongErrors(t *testing.T) {
	const much = 1 << 20
	long := strings.Repeat("é", much)
	for _, test := range []struct {
		name        string
		err         *fault.Error
		begin, end  string
		hint, hends string
	}{
		{"what", fault.New(fault.Data, "data.csv:7:9", "wanted a number, found %q", long).WithHint("save it anew"),
			`dnn: data.csv:7:9: wanted a number, found "é`, `é"`, "hint: save it anew", ""},
		{"where", fault.New(fault.Data, "/"+long+"/data.csv:7:9", "the value is missing").WithHint("save it anew"),
			"dnn: /é", "é/data.csv:7:9: the value is missing", "hint: save it anew", ""},
		{"all", fault.New(fault.Usage, long+":1:2", "unknown command %q", long).WithHint("mv %s", long),
			"dnn: é", `é"`, "hint: mv é", "é"},
		{"no place", fault.New(fault.Usage, "", "unknown command %q", long), `dnn: unknown command "é`, `é"`, "", ""},
		{"no UTF-8", fault.New(fault.Usage, "\xc3\xa9:1:2", "%s", strings.Repeat("\xff\xc3", much)),
			"dnn: é:1:2: ", "", "", ""},
	} {
		var got bytes.Buffer
		PrintError(&got, test.err)
		line, hint, _ := strings.Cut(strings.TrimSuffix(got.String(), "\n"), "\n")
		if !strings.HasPrefix(line, test.begin) || !strings.HasSuffix(line, test.end) || !strings.Contains(line, "…") ||
			!strings.HasPrefix(hint, test.hint) || !strings.HasSuffix(hint, test.hends) ||
			!utf8.ValidString(got.String()) {
			t.Errorf("%s: %.700q", test.name, got.String())
		}
		if n := utf8.RuneCountInString(line); n > 410 || n < 390 {
			t.Errorf("%s: the error has %d characters", test.name, n)
		}
		if n := utf8.RuneCountInString(hint); n > 510 {
			t.Errorf("%s: the hint has %d characters", test.name, n)
		}
		if test.name == "what" && len(test.err.What) < much {
			t.Errorf("%s: the error itself was shortened", test.name)
		}
	}
}

func TestMessages(t *testing.T) {
	var got bytes.Buffer
	Message(&got, "%d files are there", 4)
	if want := "4 files are there\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
	got.Reset()
	if Message(&got, "note: %s", strings.Repeat("x", 5000)); got.Len() > 1010 {
		t.Errorf("a message has %d bytes", got.Len())
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
