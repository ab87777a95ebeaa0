package cmd_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestStoppedWithinAnEpoch stops a run some steps into an epoch. Its model must be that of a run with only the epochs
// before. The clock stops the run: it is read at each step.
func TestStoppedWithinAnEpoch(t *testing.T) {
	root := needMNIST(t)
	folder := t.TempDir()
	train := func(name string, more ...string) []string {
		return append([]string{"train", "--quiet", "--layers", "8", "-o", filepath.Join(folder, name)}, more...)
	}
	env := map[string]string{"DNN_DATA_DIR": root}

	if !stopAt(t, env, 1000, train("stopped.bin", "--epochs", "100")...) { // an epoch has 480 steps
		t.Fatal("it was not stopped")
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
