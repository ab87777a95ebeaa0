//go:build !unix

package process

import (
	"os"
	"os/exec"
)

// asGroup does nothing: the program alone ends when it is killed.
func asGroup(*exec.Cmd) {}

// peakMiB returns 0: it is not known here.
func peakMiB(*os.ProcessState) float64 { return 0 }
