//go:build !unix

package cmd

import (
	"os"
	"syscall"
)

// errorSignals are signals that come with an error of the call that raises them, so that the error is enough.
func errorSignals() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
