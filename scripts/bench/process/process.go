// Package process runs programs to be measured, on given CPUs and in a clean environment, alone or next to a process
// that keeps a CPU busy. It measures their time and memory, and does not know what they compute.
package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Outcome is the result of a run.
type Outcome struct {
	Stdout  []byte
	Seconds float64 // from start to exit
	PeakMiB float64 // most memory resident at once; 0: unknown
}

// Run runs a program in a folder, to its end. env is added to the environment. When ctx ends, the program and all that
// it started are killed. An error has the last line that the program printed.
func Run(ctx context.Context, folder string, env []string, program string, args ...string) (Outcome, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = folder
	cmd.Env = append(neutral(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	asGroup(cmd)
	begun := time.Now()
	err := cmd.Run()
	seconds := time.Since(begun).Seconds()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return Outcome{}, fmt.Errorf("%s: %w: %s", filepath.Base(program), err, lines[len(lines)-1])
	}
	return Outcome{stdout.Bytes(), seconds, peakMiB(cmd.ProcessState)}, nil
}

// neutral returns the environment without variables that would change what a program does: settings of dnn, and the
// choice of kernels of OpenBLAS.
func neutral(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(v string) bool {
		return strings.HasPrefix(v, "DNN_") || strings.HasPrefix(v, "OPENBLAS_")
	})
}
