package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWrapWords(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		cut   bool
		want  []string
	}{
		{"", 5, true, nil},
		{"abcde", 5, true, []string{"abcde"}},
		{"ab cd", 5, true, []string{"ab cd"}},
		{"ab cd ef", 5, true, []string{"ab cd", "ef"}},
		{"ab cd ef", 5, false, []string{"ab cd ", "ef"}},
		{"abcdef (x)", 5, true, []string{"abcd…", "(x)"}},
		{"a bcdefghijkl", 5, false, []string{"a ", "bcdef", "ghijk", "l"}},
		{"äöüßé", 5, true, []string{"äöüßé"}},
	} {
		if diff := cmp.Diff(test.want, wrapWords(test.text, test.width, test.cut)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

// FuzzWrapWords checks that a cell never grows wider than its column and that, where nothing is cut, nothing is lost.
func FuzzWrapWords(f *testing.F) {
	f.Add("several words in a name wrap as text", 31)
	f.Add("a-very-long-name", 5)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 200 || !utf8.ValidString(text) {
			t.Skip()
		}
		for _, line := range wrapWords(text, width, true) {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("%q exceeds %d", line, width)
			}
		}
		if got := strings.Join(wrapWords(text, width, false), ""); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	})
}
