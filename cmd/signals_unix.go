//go:build unix

package cmd

import (
	"os"
	"syscall"
)

// errorSignals are signals that come with an error of the call that raises them, so that the error is enough: for a
// pipe that nobody reads, and for a file that exceeds ulimit -f.
func errorSignals() []os.Signal { return []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ} }
