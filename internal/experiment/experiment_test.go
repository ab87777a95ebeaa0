package experiment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dnn/internal/config"
	"dnn/internal/evaluate"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/report"
	"dnn/internal/train"
)

// testSystem is a System whose output a test can read.
type testSystem struct {
	experiment.System
	stdout, stderr bytes.Buffer
}

func newSystem() *testSystem {
	w := new(testSystem)
	w.System = experiment.System{
		Stdin: strings.NewReader(""), Stdout: &w.stdout, Stderr: &w.stderr,
		Env: func(string) (string, bool) { return "", false }, Now: time.Now,
		Memory: func() (uint64, bool) { return 0, false },
	}
	return w
}

// isolate makes the test fail if the experiment uses the process's own environment, working folder or streams: the
// environment has invalid values, and the folder and the streams must be empty at the end.
func isolate(t *testing.T) {
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

// smallExperiment writes a table and an experiment on it, of 4 epochs of 5 steps, and returns the path of the
// experiment.
func smallExperiment(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("x,y,kind\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d.5,%d,%c\n", i*7%60, i*i%13, 'a'+i*7%60/20)
	}
	table, path := filepath.Join(folder, "t.csv"), filepath.Join(folder, "t.yaml")
	text := fmt.Sprintf("dataset: {csv: %q, target: kind, test_split: 0.2}\n", table) +
		"layers: [6]\nepochs: 4\nbatch_size: 8\n"
	for name, content := range map[string]string{table: rows.String(), path: text} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// options returns the options of a run that writes its model to output.
func options(config, output string, flags ...config.Flag) experiment.Options {
	return experiment.Options{Config: config, Flags: append(flags, set("output", output))}
}

// set returns the flag --set key=value.
func set(key, value string) config.Flag { return config.Flag{Name: "--set", Key: key, Value: value} }

// trained runs an experiment to its end and returns the bytes of its model.
func trained(t *testing.T, o experiment.Options) []byte {
	t.Helper()
	w := newSystem()
	if err := experiment.Train(t.Context(), &w.System, o); err != nil {
		t.Fatalf("%v\n%s", err, &w.stderr)
	}
	return read(t, o.Flags[len(o.Flags)-1].Value)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestResume stops a run at various readings of the clock, resumes it, and wants the same bytes as those of an
// uninterrupted run. A run that is stopped after its first epoch also leaves a model.
func TestResume(t *testing.T) {
	isolate(t)
	config := smallExperiment(t)
	whole := trained(t, options(config, filepath.Join(t.TempDir(), "whole.bin")))
	stops, models := 0, 0
	for reading := 2; ; reading += 5 {
		o := options(config, filepath.Join(t.TempDir(), "model.bin"))
		w := newSystem()
		ctx, stop := context.WithCancelCause(t.Context())
		cause, readings := errors.New("enough"), 0
		w.Now = func() time.Time {
			if readings++; readings == reading {
				stop(cause)
			}
			return time.Now()
		}
		err := experiment.Train(ctx, &w.System, o)
		stop(nil)
		if err == nil {
			break
		}
		if stops++; !errors.Is(err, cause) {
			t.Fatalf("stopped at reading %d: wanted %v, found %v", reading, cause, err)
		}
		if _, err := os.Stat(o.Flags[0].Value); err == nil {
			models++
		}
		o.Resume = true
		if got := trained(t, o); !bytes.Equal(got, whole) {
			t.Errorf("stopped at reading %d and resumed: wanted the same model, found another", reading)
		}
	}
	if models < 3 || models == stops {
		t.Errorf("wanted 3 stops or more after an epoch and others before, found %d of %d", models, stops)
	}
}

// TestEvaluate tests that a model has the same test result as at the end of its training, and that MinAccuracy is
// inclusive.
func TestEvaluate(t *testing.T) {
	isolate(t)
	o := options(smallExperiment(t), filepath.Join(t.TempDir(), "model.bin"))
	var end report.EndEvent
	o.Listener.End = func(e report.EndEvent) error { end = e; return nil }
	trained(t, o)
	var found report.Evaluation
	w := newSystem()
	e := evaluate.Options{Models: []string{end.Model}}
	e.Listener.Evaluated = func(e report.Evaluation) error { found = e; return nil }
	if err := evaluate.Run(t.Context(), &w.System, e); err != nil {
		t.Fatal(err)
	}
	if found.Samples != 12 || found.Loss != end.TestLoss || found.Accuracy != end.TestAccuracy {
		t.Errorf("wanted the result after training %+v, found %+v", end, found)
	}
	next := float64(math.Nextafter32(found.Accuracy, 2))
	exactly := float64(found.Accuracy)
	for _, exact := range []float64{exactly, (exactly*3 + next) / 4} { // equal as float32
		e.MinAccuracy = exact
		if err := evaluate.Run(t.Context(), &w.System, e); err != nil {
			t.Errorf("wanted the minimum %v reached, found %v", exact, err)
		}
	}
	e.MinAccuracy = next
	if err := evaluate.Run(t.Context(), &w.System, e); fault.KindOf(err) != fault.BelowMinimum {
		t.Errorf("wanted the minimum %v missed, found %v", next, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := evaluate.Run(stopped, &w.System, e); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before it began: wanted %v, found %v", context.Canceled, err)
	}
	if w.stdout.Len() > 0 {
		t.Errorf("without a listener: wanted no output, found %q", &w.stdout)
	}
}

// TestPredict gives a model raw values under the names of their columns, in another order, and wants the accuracy of
// its own test.
func TestPredict(t *testing.T) {
	isolate(t)
	path := smallExperiment(t)
	table, test := filepath.Join(filepath.Dir(path), "t.csv"), filepath.Join(filepath.Dir(path), "test.csv")
	var rows strings.Builder
	rows.WriteString("x,y,kind\n")
	var raw []map[string]float64
	var kinds []string
	for i := range 30 {
		x, y, kind := float64(i*11%60)+0.25, float64(i*i*i%13), string(rune('a'+i*11%60/20))
		fmt.Fprintf(&rows, "%v,%v,%s\n", x, y, kind)
		raw, kinds = append(raw, map[string]float64{"y": y, "x": x}), append(kinds, kind)
	}
	if err := os.WriteFile(test, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(path, filepath.Join(t.TempDir(), "model.bin"), set("epochs", "30"),
		set("dataset", fmt.Sprintf("{csv: %q, test: {csv: %q}, target: kind}", table, test)))
	var end report.EndEvent
	o.Listener.End = func(e report.EndEvent) error { end = e; return nil }
	trained(t, o)

	model, err := modelfile.Read(o.Flags[len(o.Flags)-1].Value)
	if err != nil {
		t.Fatal(err)
	}
	network, err := model.Network("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := model.Input().Rows(raw...)
	if err != nil {
		t.Fatal(err)
	}
	predictor := step.NewPredictor(kernel.Available()[0], network, samples)
	predicted := predictor.Predict(samples, kernel.Span{Lo: 0, Hi: samples.Count})
	right := 0
	for i, class := range predicted.Class {
		if model.Classes[class] == kinds[i] {
			right++
		}
	}
	if got := float32(right) / 30; got != end.TestAccuracy || right < 15 {
		t.Errorf("wanted an accuracy of %v, found %v", end.TestAccuracy, got)
	}
}

// TestListener tests what a Listener is told of a run, in which order, and that its error ends the run.
func TestListener(t *testing.T) {
	isolate(t)
	o := options(smallExperiment(t), filepath.Join(t.TempDir(), "model.bin"),
		set("early_stopping.min_delta", "100"), set("early_stopping.patience", "1"))
	var told []string
	hear := func(format string, args ...any) error { told = append(told, fmt.Sprintf(format, args...)); return nil }
	o.Listener = experiment.Listener{
		Network: func(s report.Summary) error { return hear("network %d layers", len(s.Layers)) },
		Planned: func(p train.Plan) error { return hear("planned %d x %d", p.Epochs, p.Steps) },
		Note:    func(string) error { return hear("note") },
		Start:   func(e report.StartEvent) error { return hear("start %d samples", e.TrainSamples) },
		Run: func() train.Callback {
			return train.Callback{EpochEnd: func(e history.Epoch) error { return hear("epoch %d", e.Epoch) }}
		},
		Ended: func(string) { _ = hear("ended") },
		End:   func(e report.EndEvent) error { return hear("end after %d", e.Epochs) },
	}
	o.DryRun = true
	w := newSystem()
	if err := experiment.Train(t.Context(), &w.System, o); err != nil {
		t.Fatal(err)
	}
	o.DryRun = false
	trained(t, o)
	want := []string{
		"network 2 layers", "planned 4 x 5",
		"network 2 layers", "start 38 samples", "epoch 1", "epoch 2", "ended", "note", "end after 2",
	}
	if !slices.Equal(told, want) {
		t.Errorf("wanted %q, found %q", want, told)
	}
	enough := errors.New("enough")
	o.Listener.Start = func(report.StartEvent) error { return enough }
	if err := experiment.Train(t.Context(), &w.System, o); !errors.Is(err, enough) {
		t.Errorf("wanted the listener's error, found %v", err)
	}
	if w.stdout.Len() > 0 {
		t.Errorf("wanted no output, found %q", &w.stdout)
	}
}

// TestSweep runs experiments with different seeds at the same time, and wants the same bytes as from each alone.
func TestSweep(t *testing.T) {
	config, folder := smallExperiment(t), t.TempDir()
	run := func(seed int, name string) experiment.Options {
		return options(config, filepath.Join(folder, fmt.Sprint(name, seed, ".bin")), set("seed", fmt.Sprint(seed)))
	}
	const seeds = 4
	var together sync.WaitGroup
	failed := make([]error, seeds)
	for seed := range seeds {
		together.Go(func() {
			failed[seed] = experiment.Train(t.Context(), &newSystem().System, run(seed, "together"))
		})
	}
	together.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	var models [][]byte
	for seed := range seeds {
		alone := trained(t, run(seed, "alone"))
		if got := read(t, filepath.Join(folder, fmt.Sprint("together", seed, ".bin"))); !bytes.Equal(got, alone) {
			t.Errorf("seed %d: wanted the same model as alone, found another", seed)
		}
		if slices.ContainsFunc(models, func(other []byte) bool { return bytes.Equal(other, alone) }) {
			t.Errorf("seed %d: wanted a model of its own, found that of another seed", seed)
		}
		models = append(models, alone)
	}
}
