//go:build !unix

package cmd

import (
	"os"
	"syscall"
)

// failures are the signals that tell what the call that raises them says as well.
func failures() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
