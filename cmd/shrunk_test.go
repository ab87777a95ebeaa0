//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dnn/cmd"
)

// TestShrunkFile makes a file of the data set shorter while it is in use. On any thread and with any kernels, this must
// give an error about the file, in one line, and not end the process.
func TestShrunkFile(t *testing.T) {
	folder := t.TempDir()
	set, model := filepath.Join(folder, "set"), filepath.Join(folder, "m.bin")
	train := []string{"train", "--quiet", "--set", "dataset={idx: " + set + "}", "--layers", "16", "--batch-size", "50"}
	for _, c := range []struct {
		name string
		args []string
		file string
		by   int64  // bytes; 0: all. If it is less than a page, reading does not fault, and dnn must find out
		when string // what dnn reads when the file shrinks: the clock, or a variable that it reads before the data
	}{
		{"train", append(train, "--epochs", "10", "-o", filepath.Join(folder, "x.bin")),
			"train-images-idx3-ubyte", 0, "clock"},
		{"train, labels", append(train, "--epochs", "10", "-o", filepath.Join(folder, "x.bin")),
			"train-labels-idx1-ubyte", 0, "clock"},
		{"lr-find", append(train, "--lr-find", filepath.Join(folder, "x.png")), "train-images-idx3-ubyte",
			0, "DNN_SIMD"},
		{"eval", []string{"eval", model}, "t10k-images-idx3-ubyte", 0, "DNN_SIMD"},
		{"train, a byte", append(train, "--epochs", "10", "-o", filepath.Join(folder, "x.bin")),
			"train-images-idx3-ubyte", 1, "clock"},
		{"train, a byte of the test", append(train, "--epochs", "10", "-o", filepath.Join(folder, "x.bin")),
			"t10k-labels-idx1-ubyte", 1, "clock"},
		{"eval, a byte", []string{"eval", model}, "t10k-images-idx3-ubyte", 1, "DNN_SIMD"},
		{"report", []string{"eval", model, "--report", filepath.Join(folder, "x.html")}, "t10k-labels-idx1-ubyte",
			0, "DNN_SIMD"},
	} {
		for _, kernels := range []string{"", "generic"} {
			for threads := range 2 {
				if testing.Short() && (kernels == "") != (threads == 1) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%d", c.name, kernels, threads+1), func(t *testing.T) {
					if err := tinyIDX(set, 60, 4); err != nil {
						t.Fatal(err)
					}
					runDNN(t, nil, append(train, "--epochs", "1", "-o", model)...)
					file := filepath.Join(set, c.file)
					shrink := func() {
						size := int64(0)
						if info, err := os.Stat(file); err == nil && c.by > 0 {
							size = info.Size() - c.by
						}
						if err := os.Truncate(file, size); err != nil {
							t.Error(err)
						}
					}
					s, stdout, stderr := system(map[string]string{"DNN_SIMD": kernels})
					readings := 0
					s.Now = func() time.Time {
						if readings++; readings == 20 && c.when == "clock" {
							shrink()
						}
						return time.Now()
					}
					env := s.Env
					s.Env = func(name string) (string, bool) {
						if name == c.when {
							shrink()
						}
						return env(name)
					}
					status := cmd.Run(context.Background(), s, append(c.args, "--threads", fmt.Sprint(threads+1)))
					want := "dnn: " + file + ": became shorter while it was read\n" +
						"hint: replace a file by renaming another one, not by writing over it\n"
					if status != 4 || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), want) {
						t.Errorf("exit status %d, printed %s and %s", status, stdout, stderr)
					}
				})
			}
		}
	}
}

// With --json, the error is an event like any other.
func TestShrunkFileJSON(t *testing.T) {
	set := filepath.Join(t.TempDir(), "set")
	if err := tinyIDX(set, 60, 4); err != nil {
		t.Fatal(err)
	}
	s, stdout, _ := system(nil)
	env := s.Env
	s.Env = func(name string) (string, bool) {
		if name == "DNN_SIMD" {
			_ = os.Truncate(filepath.Join(set, "train-images-idx3-ubyte"), 0)
		}
		return env(name)
	}
	status := cmd.Run(context.Background(), s, []string{"train", "--json", "--set", "dataset={idx: " + set + "}",
		"--no-model"})
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	var event struct {
		Event string
		Code  int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &event); err != nil || status != 4 ||
		event.Event != "error" || event.Code != 4 {
		t.Errorf("exit status %d, %s", status, stdout)
	}
}
