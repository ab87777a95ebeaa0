// Package experiment runs an experiment: from a config and its data to a tested, written model. Each exported function does
// what one command does, and a Go program or a test can call it too. What it needs of the outside world is in the System that
// it is given, and what it tells goes to a Listener. The process's streams and environment are not asked (but for a proxy to
// download through), nor is the working folder if all names of files are absolute.
//
// Here the other packages meet. How anything is computed, stored, drawn or spelled is theirs. Flags, signals and exit
// statuses are package cmd's.
package experiment

import (
	"io"
	"runtime/debug"
	"time"

	"dnn/internal/report"
)

// Version is the program's version. Model files carry it.
const Version = "0.1.0"

// System is the outside world as an experiment sees it.
type System struct {
	Stdin  io.Reader
	Stdout io.Writer // results, and nothing else
	Stderr io.Writer // progress, messages, errors
	Env    func(name string) (string, bool)
	Now    func() time.Time
	Memory func() (bytes uint64, ok bool) // that may still be allocated, if that can be known

	Environ func() []string // all variables, NAME=value, to find one that nothing reads; nil: there are none
}

// screen returns what may be shown on standard error.
func (s *System) screen() report.Screen {
	return report.ScreenOf(s.Stderr, func(name string) string {
		value, _ := s.Env(name)
		return value
	})
}

// mapped lets the caller's goroutine read data sets, which are mapped files, until the function that it returns is called. That
// one cannot be read any more is a panic then, and not the end of the process.
func mapped() (end func()) {
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}
