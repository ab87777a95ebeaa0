//go:build !unix

package process

import (
	"os"
	"os/exec"
)

// asGroup does nothing: only the program itself can be killed.
func asGroup(*exec.Cmd) {}

// peakMiB returns 0: it is unknown on this system.
func peakMiB(*os.ProcessState) float64 { return 0 }
