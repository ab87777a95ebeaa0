// Package process runs programs that are measured: on which CPUs, in which environment, beside a process that keeps a
// CPU busy or alone; and tells how long they took and how much memory they had. What they compute is nothing to it.
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

// Outcome is what a program did.
type Outcome struct {
	Stdout  []byte
	Seconds float64 // from start to exit
	PeakMiB float64 // most memory resident at once, 0 where the system does not tell
}

// Run runs a program in the folder with env over the environment, to its end. All that it started ends with ctx. An
// error says what the program said last.
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

// neutral returns the environment without the variables that would make a program do something else than it does by
// itself: settings of dnn, and which kernels OpenBLAS takes.
func neutral(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(v string) bool {
		return strings.HasPrefix(v, "DNN_") || strings.HasPrefix(v, "OPENBLAS_")
	})
}
