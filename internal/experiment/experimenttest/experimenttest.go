// Package experimenttest has what tests of experiments, and of what is made from their models, need: an outside world of
// their own, and a small experiment.
package experimenttest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dnn/internal/config"
	"dnn/internal/experiment"
)

// System is a System whose output a test can read.
type System struct {
	experiment.System
	Out, Err bytes.Buffer // what was written to Stdout and Stderr
}

// NewSystem returns a System without input and environment, with the machine's clock and an unknown memory.
func NewSystem() *System {
	w := new(System)
	w.System = experiment.System{
		Stdin: strings.NewReader(""), Stdout: &w.Out, Stderr: &w.Err,
		Env: func(string) (string, bool) { return "", false }, Now: time.Now,
		Memory: func() (uint64, bool) { return 0, false },
	}
	return w
}

// Isolate makes the test fail if the experiment uses the process's own environment, working folder or streams: the
// environment has invalid values, and the folder and the streams must be empty at the end.
func Isolate(t *testing.T) {
	t.Helper()
	for _, name := range []string{"DNN_EPOCHS", "DNN_SIMD", "DNN_DATA_DIR"} {
		t.Setenv(name, "nonsense")
	}
	folder := t.TempDir()
	t.Chdir(folder)
	stdout, stderr, streams := os.Stdout, os.Stderr, t.TempDir()
	out, oerr := os.Create(filepath.Join(streams, "stdout"))
	messages, merr := os.Create(filepath.Join(streams, "stderr"))
	if err := errors.Join(oerr, merr); err != nil {
		t.Fatal(err)
	}
	os.Stdout, os.Stderr = out, messages
	t.Cleanup(func() {
		os.Stdout, os.Stderr = stdout, stderr
		for _, f := range []*os.File{out, messages} {
			if text, err := os.ReadFile(f.Name()); err != nil || len(text) > 0 {
				t.Errorf("wanted nothing on the process's %s, found %q, %v", filepath.Base(f.Name()), text, err)
			}
			_ = f.Close()
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("wanted an empty working folder, found %v, %v", entries, err)
		}
	})
}

// Small writes a table and an experiment on it, of 4 epochs of 5 steps, and returns the path of the
// experiment.
func Small(t *testing.T) string {
	t.Helper()
	return Write(t, t.TempDir(), "layers: [6]\nepochs: 4\nbatch_size: 8\n")
}

// Write writes a table of three classes and an experiment on it with these lines into a folder, and returns the path of
// the experiment, t.yaml.
func Write(t *testing.T, folder, lines string) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("x,y,kind\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d.5,%d,%c\n", i*7%60, i*i%13, 'a'+i*7%60/20)
	}
	return WriteRows(t, folder, rows.String(), "test_split: 0.2", lines)
}

// WriteRows is Write of another table, t.csv, with a column kind, and settings of its data set.
func WriteRows(t *testing.T, folder, rows, dataset, lines string) string {
	t.Helper()
	table, path := filepath.Join(folder, "t.csv"), filepath.Join(folder, "t.yaml")
	text := fmt.Sprintf("dataset: {csv: %q, target: kind, %s}\n%s", table, dataset, lines)
	for name, content := range map[string]string{table: rows, path: text} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Options returns the options of a run that writes its model to output.
func Options(config, output string, flags ...config.Flag) experiment.Options {
	return experiment.Options{Config: config, Flags: append(flags, Set("output", output))}
}

// Set returns the flag --set key=value.
func Set(key, value string) config.Flag { return config.Flag{Name: "--set", Key: key, Value: value} }

// Train runs an experiment to its end, with options of Options, and returns the bytes of its model.
func Train(t *testing.T, o experiment.Options) []byte {
	t.Helper()
	w := NewSystem()
	if err := experiment.Train(t.Context(), &w.System, o); err != nil {
		t.Fatalf("%v\n%s", err, &w.Err)
	}
	model, err := os.ReadFile(o.Flags[len(o.Flags)-1].Value)
	if err != nil {
		t.Fatal(err)
	}
	return model
}
