package cmd_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
	"dnn/internal/nn/kernel"
)

// way is a way to compute that must not change the result.
type way struct{ threads, simd string }

// ways returns different numbers of threads, one of them twice, and each set of kernels that this machine has.
func ways() []way {
	all := []way{{"1", ""}, {"2", ""}, {"3", ""}, {"7", ""}, {"7", ""}, {"1", ""}}
	for _, s := range kernel.Available() {
		all = append(all, way{"2", s.Name})
	}
	return all
}

// TestSameSeedSameModel trains one network in all ways. The model files must be equal to the last byte. The widths are
// not multiples of a tile.
func TestSameSeedSameModel(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the same network again and again")
	}
	root := needMNIST(t)
	sameModel(t, map[string]string{"DNN_DATA_DIR": root}, "--layers", "33,17", "--epochs", "1", "--batch-size", "97",
		"--validation-split", "0.8")
}

// TestSameSeedSameModelWithAll is TestSameSeedSameModel with everything that draws random numbers or has a state.
func TestSameSeedSameModelWithAll(t *testing.T) {
	sameModel(t, nil, "--config", withAll(t))
}

// sameModel trains in all ways and checks that the bytes are the same.
func sameModel(t *testing.T, env map[string]string, args ...string) {
	t.Helper()
	var first []byte
	for i, w := range ways() {
		t.Run(fmt.Sprintf("%d threads=%s simd=%s", i, w.threads, w.simd), func(t *testing.T) {
			model := trainModel(t, env, w, filepath.Join(t.TempDir(), "model.bin"), args...)
			if first == nil {
				first = model
			}
			if !bytes.Equal(model, first) {
				t.Error("the model is not that of the first run")
			}
		})
	}
}

// trainModel trains and returns the bytes of the model.
func trainModel(t *testing.T, env map[string]string, w way, path string, args ...string) []byte {
	t.Helper()
	all := map[string]string{"DNN_SIMD": w.simd}
	maps.Copy(all, env)
	runDNN(t, all, append([]string{"train", "--quiet", "--threads", w.threads, "-o", path}, args...)...)
	model, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// withAll returns an experiment with distorted images, dropout, batch normalization, regularization, clipping, averaged
// weights, a schedule, smoothed labels, and two teachers, which it trains. It takes 32 steps: 4 epochs of 8.
func withAll(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	data := filepath.Join(folder, "bars")
	if err := tinyIDX(data, 20, 4); err != nil {
		t.Fatal(err)
	}
	var teachers []string
	for i, layers := range []string{"[30]", "[11, 9]"} {
		path := filepath.Join(folder, fmt.Sprintf("teacher%d.bin", i))
		trainModel(t, nil, way{"2", ""}, path, "--set", fmt.Sprintf("dataset={idx: %q}", data), "--set",
			"layers="+layers, "--epochs", "2")
		teachers = append(teachers, path)
	}
	experiment := filepath.Join(folder, "all.yaml")
	text := fmt.Sprintf(`
dataset: {idx: %q}
layers:
  - {dense: 33, activation: gelu, kernel_initializer: he_normal, l2: 1e-4}
  - batch_normalization
  - {dropout: 0.2}
  - {dense: 17, activation: tanh}
label_smoothing: 0.1
optimizer: {name: adamw, learning_rate: 0.01, global_clipnorm: 1, use_ema: true, ema_momentum: 0.9}
schedule: {name: cosine, warmup_epochs: 0.5}
epochs: 4
batch_size: 31
validation_split: 0.2
validation: stratified
augment: {shift: 1, rotation: 15, scale: 0.1, shear: 0.1, elastic: {alpha: 8, sigma: 4}}
distill: {teacher: [%q, %q], temperature: 3, weight: 0.7}
early_stopping: {monitor: val_loss, patience: 3, restore_best_weights: true}
checkpoint: {every_epochs: 1}
`, data, teachers[0], teachers[1])
	if err := os.WriteFile(experiment, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return experiment
}

// TestResumeSameModel stops a run at each of its steps and resumes it with other threads and kernels. The model and the
// log of the rates must have the bytes of a run that was not stopped.
func TestResumeSameModel(t *testing.T) {
	experiment := withAll(t)
	plain := trainModel(t, nil, way{"2", ""}, filepath.Join(t.TempDir(), "model.bin"), "--config", experiment)
	rates := func(path string) []byte {
		text, err := os.ReadFile(path + ".lr.csv")
		if err != nil {
			t.Error(err)
		}
		return text
	}
	args := func(path string) []string {
		return []string{"--config", experiment, "--set", "learning_rate_log.file=" + path + ".lr.csv", "--set",
			"learning_rate_log.interval=step"}
	}
	path := filepath.Join(t.TempDir(), "model.bin")
	whole, wholeRates := trainModel(t, nil, way{"2", ""}, path, args(path)...), rates(path)
	if !bytes.Equal(whole, plain) {
		t.Error("a run whose rates are logged has another model")
	}
	stopped := 0
	for reading := 1; ; reading += 3 { // the clock is read at least once a step
		path := filepath.Join(t.TempDir(), "model.bin")
		if !stopAt(t, nil, reading, append([]string{"train", "--quiet", "-o", path}, args(path)...)...) {
			break
		}
		stopped++
		text, err := os.ReadFile(path + ".lr.csv")
		if err == nil && (!bytes.HasPrefix(wholeRates, text) || !bytes.HasSuffix(text, []byte("\n"))) {
			t.Errorf("stopped at the clock's reading %d: wanted whole lines of the rates, found %q", reading, text)
		}
		w := ways()[reading%len(ways())]
		if got := trainModel(t, nil, w, path, append(args(path), "--resume")...); !bytes.Equal(got, whole) {
			t.Errorf("stopped at the clock's reading %d and resumed with %v: another model", reading, w)
		}
		if got := rates(path); !bytes.Equal(got, wholeRates) {
			t.Errorf("stopped at the clock's reading %d and resumed: wanted the rates\n%s, found\n%s", reading,
				wholeRates, got)
		}
	}
	if stopped < 10 {
		t.Errorf("stopped at %d places, wanted 10 or more", stopped)
	}
}

// TestResumeOtherTeacher trains a teacher again while its student is stopped. Resuming must be refused.
func TestResumeOtherTeacher(t *testing.T) {
	experiment := withAll(t)
	path := filepath.Join(t.TempDir(), "model.bin")
	train := []string{"train", "--quiet", "--config", experiment, "-o", path}
	if !stopAt(t, nil, 20, train...) {
		t.Fatal("it was not stopped")
	}
	folder := filepath.Dir(experiment)
	trainModel(t, nil, way{"2", ""}, filepath.Join(folder, "teacher1.bin"),
		"--set", fmt.Sprintf("dataset={idx: %q}", filepath.Join(folder, "bars")), "--epochs", "1")
	s, _, stderr := system(nil)
	if status := cmd.Run(t.Context(), s, append(train, "--resume")); status != int(fault.Data) {
		t.Errorf("exit status %d, wanted %d", status, fault.Data)
	}
	wanted := regexp.MustCompile(
		`is of another run: teacher 2 \(teacher1.bin\) is [0-9a-f]{64} there, [0-9a-f]{64} here\n`)
	if !wanted.Match(stderr.Bytes()) {
		t.Errorf("printed %q, wanted %v", stderr, wanted)
	}
}
