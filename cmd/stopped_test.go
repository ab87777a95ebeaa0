package cmd_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dnn/cmd"
	"dnn/internal/fault"
)

// TestStoppedWithinAnEpoch stops a run some steps into an epoch. The model is that of a run which was to have only the
// epochs before it. The clock, which is read at each step, is what stops the run.
func TestStoppedWithinAnEpoch(t *testing.T) {
	root := needMNIST(t)
	folder := t.TempDir()
	train := func(name string, more ...string) []string {
		return append([]string{"train", "--quiet", "--layers", "8", "-o", filepath.Join(folder, name)}, more...)
	}
	env := map[string]string{"DNN_DATA_DIR": root}

	ctx, cancel := context.WithCancelCause(context.Background())
	s, _, stderr := system(env)
	readings := 0
	s.Now = func() time.Time {
		if readings++; readings == 1000 { // an epoch has 480 steps
			cancel(fault.New(fault.Interrupted, "", "stopped by the test"))
		}
		return time.Now()
	}
	if status := cmd.Run(ctx, s, train("stopped.bin", "--epochs", "100")); status != 130 {
		t.Fatalf("exit status %d, wanted 130: %s", status, stderr)
	}
	history, err := os.ReadFile(filepath.Join(folder, "stopped.history.csv"))
	if err != nil {
		t.Fatal(err)
	}
	epochs := strings.Count(string(history), "\n") - 1
	if epochs < 1 || epochs > 2 {
		t.Fatalf("%d epochs, wanted 1 or 2", epochs)
	}

	runDNN(t, env, train("whole.bin", "--epochs", strconv.Itoa(epochs))...)
	stopped := runDNN(t, env, "eval", filepath.Join(folder, "stopped.bin"))
	whole := runDNN(t, env, "eval", filepath.Join(folder, "whole.bin"))
	if stopped != whole {
		t.Errorf("after %d epochs and some steps: %sfrom %d epochs: %s", epochs, stopped, epochs, whole)
	}
}
