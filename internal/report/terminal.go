package report

// What goes where:
//
//   - results (tables, the Test line, JSON) go to standard output, and nothing else does;
//   - progress and messages go to standard error, so that a result can be piped;
//   - a message is one line: lower case, no full stop, no decoration;
//   - an error is one line "dnn: <where>: <what>", then at most one line "hint: …"; never a stack trace. They have at
//     most some 300 and 500 characters, whatever stands in a file or an argument: the middle gives way;
//   - a bar that redraws itself and colors appear only on a terminal; elsewhere whole lines, which a log can keep;
//   - NO_COLOR turns colors off, TERM=dumb turns off everything that needs an escape sequence.
//
// The functions below are the only ones that print errors and messages or that ask what a writer is.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"dnn/internal/fault"
)

// defaultWidth is the number of columns that is assumed where none can be asked for.
const defaultWidth = 80

// Screen says what may be shown on a writer.
type Screen struct {
	Terminal bool       // lines can be redrawn; if false, only whole lines are printed
	Color    bool       // colors are wanted; means nothing without Terminal
	UTF8     bool       // characters such as ▁▂▃ can be shown; means nothing without Terminal
	Width    func() int // columns at the moment; nil: 80
}

// ScreenOf returns what may be shown on w. It obeys NO_COLOR, TERM=dumb and the locale, which it looks up with getenv
// (os.Getenv, or a test's own).
func ScreenOf(w io.Writer, getenv func(string) string) Screen {
	terminal, color := allowed(isTerminal(w), getenv)
	return Screen{Terminal: terminal, Color: color, UTF8: isUTF8(getenv), Width: func() int { return terminalWidth(w) }}
}

// isUTF8 says whether the locale is one of UTF-8. As in POSIX, LC_ALL goes before LC_CTYPE, and that before LANG.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// allowed says what the environment allows on a writer that is a terminal or not.
func allowed(isTerminal bool, getenv func(string) string) (terminal, color bool) {
	terminal = isTerminal && getenv("TERM") != "dumb"
	return terminal, terminal && getenv("NO_COLOR") == ""
}

// columns returns the width of the screen, at least 1.
func (s Screen) columns() int {
	if s.Width == nil {
		return defaultWidth
	}
	return max(1, s.Width())
}

// isTerminal says whether w is a terminal. Only a writer with a file descriptor, such as an *os.File, can be one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth returns the number of columns of the terminal that w is, or 80 if w is none.
func terminalWidth(w io.Writer) int {
	if f, ok := w.(interface{ Fd() uintptr }); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// PrintError prints err in the user's words: where and what, then its hint if it has one. An error that is no *fault.Error
// is a bug in dnn, and is printed as such; of errors that were joined, each is printed. A failure to write is ignored: there is no better place to tell it.
func PrintError(w io.Writer, err error) {
	for _, one := range fault.Each(err) {
		printError(w, one)
	}
}

func printError(w io.Writer, err error) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		e = fault.New(fault.Bug, "bug in dnn", "%w", err).
			WithHint("please report this line, the command and the output of dnn version to where you got dnn from")
	}
	where, what := fit(e.Where, e.What)
	text := "dnn: " + oneLine((&fault.Error{Where: where, What: what}).Error()) + "\n"
	if e.Hint != "" {
		text += "hint: " + oneLine(abridge(e.Hint, longestHint)) + "\n"
	}
	_, _ = io.WriteString(w, text)
}

// How many characters are shown of an error, of its hint, which may list what is possible, and of a message, which may name
// several files.
const (
	longestLine    = 300
	longestHint    = 500
	longestMessage = 1000
)

// fit shortens an error's place and text to what goes on a line. Either may take what the other leaves, and has half of it.
func fit(where, what string) (string, string) {
	where = abridge(where, max(longestLine/2, longestLine-utf8.RuneCountInString(what)))
	return where, abridge(what, longestLine-utf8.RuneCountInString(where))
}

// abridge takes characters out of the middle of a text that has more than longest. How it begins tells what it is about; at its
// end a path has its file, line and column, and a message what was found.
func abridge(text string, longest int) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	runes := []rune(text)
	head := longest / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(longest-1-head):])
}

// Message prints one line about what the program does. Like PrintError it ignores a failure to write.
func Message(w io.Writer, format string, args ...any) {
	_, _ = io.WriteString(w, oneLine(abridge(fmt.Sprintf(format, args...), longestMessage))+"\n")
}

// Note prints one line about what may be a mistake, and changes nothing.
func Note(w io.Writer, text string) { Message(w, "note: %s", text) }

// oneLine returns text as one line that is safe on a terminal: text that came out of a file or a server must not move the
// cursor. Line breaks become spaces, other control characters a "�".
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
