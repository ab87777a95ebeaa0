package report

// What goes where:
//
//   - Results (tables, the Test line, JSON) go to standard output, and nothing else does.
//   - Progress and messages go to standard error, so that results can be piped.
//   - A message is one line: lower case, no full stop, no decoration.
//   - An error is one line "dnn: <where>: <what>", then at most one line "hint: …", and never a stack trace. The lines
//     have at most about 300 and 500 characters: longer texts, from a file or an argument, are cut in the middle.
//   - Colors and bars that are redrawn appear only on a terminal. Elsewhere whole lines are printed, as logs need them.
//   - NO_COLOR turns colors off. TERM=dumb turns off everything that needs an escape sequence.
//
// Only the functions below print errors and messages, or ask whether a writer is a terminal.

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

// defaultWidth is the number of columns where the screen does not tell.
const defaultWidth = 80

// Screen says what a writer can show.
type Screen struct {
	Terminal bool       // lines can be redrawn; if false, whole lines are printed
	Color    bool       // colors may be used; ignored without Terminal
	UTF8     bool       // characters such as ▁▂▃ may be used; ignored without Terminal
	Width    func() int // the current number of columns; nil: 80
}

// ScreenOf returns what w can show. It obeys NO_COLOR, TERM=dumb and the locale, which it looks up with getenv.
func ScreenOf(w io.Writer, getenv func(string) string) Screen {
	terminal, color := allowed(IsTerminal(w), getenv)
	return Screen{Terminal: terminal, Color: color, UTF8: isUTF8(getenv), Width: func() int { return terminalWidth(w) }}
}

// isUTF8 reports whether the locale uses UTF-8. As in POSIX, LC_ALL beats LC_CTYPE, which beats LANG.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// allowed says what the environment allows on a writer.
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

// IsTerminal reports whether a stream is a terminal. Only one with a file descriptor, such as an *os.File, can be one.
func IsTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth returns the number of columns of the terminal w, or 80 if w is not a terminal.
func terminalWidth(w io.Writer) int {
	if f, ok := w.(interface{ Fd() uintptr }); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// PrintError prints err in the user's words: where and what, then the hint, if there is one. Each error of a joined one
// is printed. An error that is not a *fault.Error is printed as a bug in dnn. A failure to write is ignored, since
// there is no better place to report it.
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
	text := "dnn: " + OneLine((&fault.Error{Where: where, What: what}).Error()) + "\n"
	if e.Hint != "" {
		text += "hint: " + OneLine(abridge(e.Hint, longestHint)) + "\n"
	}
	_, _ = io.WriteString(w, text)
}

// The most characters that are printed.
const (
	longestLine    = 400  // of an error
	longestHint    = 500  // of a hint, which may list many names
	longestMessage = 1000 // of a message, which may name several files
)

// fit shortens the place and the text of an error to fit on a line. Each has half of the line, and what the other
// leaves.
func fit(where, what string) (string, string) {
	where = abridge(where, max(longestLine/2, longestLine-utf8.RuneCountInString(what)))
	return where, abridge(what, longestLine-utf8.RuneCountInString(where))
}

// abridge cuts the middle out of a text that is longer than longest. Its beginning tells what it is about; at its end,
// a path has its file, line and column, and a message what was found.
func abridge(text string, longest int) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	runes := []rune(text)
	head := longest / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(longest-1-head):])
}

// Message prints one line about what the program does. Like PrintError, it ignores a failure to write.
func Message(w io.Writer, format string, args ...any) {
	_, _ = io.WriteString(w, OneLine(abridge(fmt.Sprintf(format, args...), longestMessage))+"\n")
}

// Note prints one line about a possible mistake that changes nothing.
func Note(w io.Writer, text string) { Message(w, "note: %s", text) }

// OneLine returns text as one line that is safe on a terminal: text from a file or a server must not move the cursor.
// Line breaks become spaces, and other control characters "�".
func OneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
