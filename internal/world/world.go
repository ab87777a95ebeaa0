// Package world is the outside of the program as a command sees it: streams, environment, clock and memory, and the
// files that it is asked to write. A command is given a System and uses nothing of the process itself, so a test can
// run it without one.
package world

import (
	"io"
	"time"

	"dnn/internal/fault"
	"dnn/internal/nn/kernel"
	"dnn/internal/report"
)

// System is the outside world of a command.
type System struct {
	Stdin  io.Reader
	Stdout io.Writer // results, and nothing else
	Stderr io.Writer // progress, messages, errors
	Env    func(name string) (string, bool)
	Now    func() time.Time
	Memory func() (bytes uint64, ok bool) // memory that is available; not ok: unknown

	Environ func() []string // all variables as NAME=value, to warn of unknown ones; nil: none
}

// Screen returns what a stream of the system can display.
func (s *System) Screen(stream io.Writer) report.Screen {
	return report.ScreenOf(stream, func(name string) string {
		value, _ := s.Env(name)
		return value
	})
}

// Attended reports whether a person is there who can press a key: standard input is a terminal, and no CI runs the program.
func (s *System) Attended() bool {
	ci, _ := s.Env("CI")
	return report.IsTerminal(s.Stdin) && (ci == "" || ci == "false")
}

// Kernels returns the kernels that DNN_SIMD names; by default the fastest ones that this machine supports.
func (s *System) Kernels() (*kernel.Set, error) {
	name, _ := s.Env("DNN_SIMD")
	set, err := kernel.Select(name)
	if err != nil {
		return nil, fault.New(fault.Usage, "DNN_SIMD", "%w", err)
	}
	return set, nil
}
