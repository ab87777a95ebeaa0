package main

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

// outcome is what a program did.
type outcome struct {
	stdout  []byte
	seconds float64 // from start to exit
	peakMiB float64 // most memory resident at once, 0 where the system does not tell
}

// command runs a program in the working folder with env over the environment, to its end. All that it started ends with
// ctx. An error says what the program said last.
func (b *bench) command(ctx context.Context, env []string, program string, args ...string) (outcome, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = b.work
	cmd.Env = append(neutral(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	asGroup(cmd)
	begun := time.Now()
	err := cmd.Run()
	seconds := time.Since(begun).Seconds()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return outcome{}, fmt.Errorf("%s: %w: %s", filepath.Base(program), err, lines[len(lines)-1])
	}
	return outcome{stdout.Bytes(), seconds, peakMiB(cmd.ProcessState)}, nil
}

// neutral returns the environment without the variables that would make a program do something else than it does by
// itself: settings of dnn, and which kernels OpenBLAS takes.
func neutral(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(v string) bool {
		return strings.HasPrefix(v, "DNN_") || strings.HasPrefix(v, "OPENBLAS_")
	})
}
