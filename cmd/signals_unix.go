//go:build unix

package cmd

import (
	"os"
	"syscall"
)

// failures are the signals that tell what the call that raises them says as well, which then is an error like others: a pipe that nobody
// reads, and a file that is larger than allowed (ulimit -f).
func failures() []os.Signal { return []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ} }
