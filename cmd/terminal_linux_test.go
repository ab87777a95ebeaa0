package cmd_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"dnn/cmd"
)

// screen is a terminal of which a test sees what is printed.
type screen struct {
	bytes.Buffer
	tty *os.File
}

func (s *screen) Fd() uintptr { return s.tty.Fd() }

// newScreen returns a terminal of so many columns.
func newScreen(t *testing.T, columns uint16) *screen {
	t.Helper()
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Skip(err)
	}
	return &screen{tty: tty}
}

// TestSummaryFitsTerminal holds that the table shrinks to the terminal that standard output is.
func TestSummaryFitsTerminal(t *testing.T) {
	for _, columns := range []uint16{40, 60, 80, 120} {
		s, _, stderr := system(nil)
		out := newScreen(t, columns)
		s.Stdout = out
		if status := cmd.Run(context.Background(), s, []string{"summary"}); status != 0 {
			t.Fatal(stderr)
		}
		_, table, _ := strings.Cut(out.String(), "\n")
		rule, _, _ := strings.Cut(table, "\n")
		if got, want := utf8.RuneCountInString(rule), min(88, int(columns)-4); got != want {
			t.Errorf("on %d columns the table takes %d, want %d:\n%s", columns, got, want, out)
		}
	}
}
