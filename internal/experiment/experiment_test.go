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
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/report"
	"dnn/internal/train"
)

// world is all that an experiment of a test has of the outside world.
type world struct {
	experiment.System
	stdout, stderr bytes.Buffer
}

func newWorld() *world {
	w := new(world)
	w.System = experiment.System{
		Stdin: strings.NewReader(""), Stdout: &w.stdout, Stderr: &w.stderr,
		Env: func(string) (string, bool) { return "", false }, Now: time.Now,
		Memory: func() (uint64, bool) { return 0, false },
	}
	return w
}

// isolate makes the process a place where nothing can be found: its environment is wrong, its working folder is empty,
// and its streams are files. At the end of the test the folder and the files still have to be empty.
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
				t.Errorf("%s of the process has %q, %v", filepath.Base(f.Name()), text, err)
			}
			_ = f.Close()
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("the working folder has %v, %v", entries, err)
		}
	})
}

// tiny writes a table and an experiment on it, of 4 epochs of 5 steps, and returns the experiment's file.
func tiny(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("x,y,kind\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d.5,%d,%c\n", i*7%60, i*i%13, 'a'+i*7%60/20)
	}
	table, path := filepath.Join(folder, "t.csv"), filepath.Join(folder, "t.yaml")
	text := fmt.Sprintf("dataset: {csv: %q, target: kind, test_split: 0.2}\nlayers: [6]\nepochs: 4\nbatch_size: 8\n", table)
	for name, content := range map[string]string{table: rows.String(), path: text} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// options say that a run of the experiment leaves its model at output.
func options(config, output string, flags ...config.Flag) experiment.Options {
	return experiment.Options{Config: config, Flags: append(flags, set("output", output))}
}

// set is --set key=value.
func set(key, value string) config.Flag { return config.Flag{Name: "--set", Key: key, Value: value} }

// trained runs an experiment to its end and returns the bytes of its model.
func trained(t *testing.T, o experiment.Options) []byte {
	t.Helper()
	w := newWorld()
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

// TestResume stops a run at one reading of the clock after another, goes on, and wants the bytes of the run that was
// not stopped. Why it is stopped is the caller's matter. Stopped after an epoch, it leaves a model.
func TestResume(t *testing.T) {
	isolate(t)
	config := tiny(t)
	whole := trained(t, options(config, filepath.Join(t.TempDir(), "whole.bin")))
	stops, models := 0, 0
	for reading := 2; ; reading += 5 {
		o := options(config, filepath.Join(t.TempDir(), "model.bin"))
		w := newWorld()
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
			t.Fatalf("stopped at reading %d: %v, wanted %v", reading, err, cause)
		}
		if _, err := os.Stat(o.Flags[0].Value); err == nil {
			models++
		}
		o.Resume = true
		if got := trained(t, o); !bytes.Equal(got, whole) {
			t.Errorf("stopped at reading %d and resumed: another model", reading)
		}
	}
	if models < 3 || models == stops {
		t.Errorf("stopped at %d places, %d of them after an epoch, wanted 3 of them or more, and others", stops, models)
	}
}

// TestEvaluate holds that a model does in its test what it did at the end of its training, and that the bar is one.
func TestEvaluate(t *testing.T) {
	isolate(t)
	o := options(tiny(t), filepath.Join(t.TempDir(), "model.bin"))
	var end report.EndEvent
	o.Listener.End = func(e report.EndEvent) error { end = e; return nil }
	trained(t, o)
	var found report.Evaluation
	w := newWorld()
	e := experiment.EvalOptions{Model: end.Model}
	e.Listener.Evaluated = func(e report.Evaluation) error { found = e; return nil }
	if err := experiment.Evaluate(t.Context(), &w.System, e); err != nil {
		t.Fatal(err)
	}
	if found.Samples != 12 || found.Loss != end.TestLoss || found.Accuracy != end.TestAccuracy {
		t.Errorf("the test gives %+v, that after training was %+v", found, end)
	}
	next := float64(math.Nextafter32(found.Accuracy, 2))
	for _, exact := range []float64{float64(found.Accuracy), (float64(found.Accuracy)*3 + next) / 4} { // as float32 they are one
		e.MinAccuracy = exact
		if err := experiment.Evaluate(t.Context(), &w.System, e); err != nil {
			t.Errorf("at the bar of %v: %v", exact, err)
		}
	}
	e.MinAccuracy = next
	if err := experiment.Evaluate(t.Context(), &w.System, e); fault.KindOf(err) != fault.BelowMinimum {
		t.Errorf("under the bar: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := experiment.Evaluate(stopped, &w.System, e); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before it began: %v", err)
	}
	if w.stdout.Len() > 0 {
		t.Errorf("without a listener for it, it printed %q", &w.stdout)
	}
}

// TestPredict gives a model raw values, by the names of columns in another order, and wants as many rows right as in
// its own test.
func TestPredict(t *testing.T) {
	isolate(t)
	path := tiny(t)
	test := filepath.Join(filepath.Dir(path), "test.csv")
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
		set("dataset", fmt.Sprintf("{csv: %q, test: {csv: %q}, target: kind}", filepath.Join(filepath.Dir(path), "t.csv"), test)))
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
	said := step.NewPredictor(kernel.Available()[0], network, samples).Predict(samples, kernel.Span{Lo: 0, Hi: samples.Count})
	right := 0
	for i, class := range said.Class {
		if model.Classes[class] == kinds[i] {
			right++
		}
	}
	if got := float32(right) / 30; got != end.TestAccuracy || right < 15 {
		t.Errorf("wanted an accuracy of %v, found %v", end.TestAccuracy, got)
	}
}

// TestListener holds what is told of a run, in which order, and that an error of the listener ends it.
func TestListener(t *testing.T) {
	isolate(t)
	o := options(tiny(t), filepath.Join(t.TempDir(), "model.bin"),
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
	w := newWorld()
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
		t.Errorf("told %q, wanted %q", told, want)
	}
	enough := errors.New("enough")
	o.Listener.Start = func(report.StartEvent) error { return enough }
	if err := experiment.Train(t.Context(), &w.System, o); !errors.Is(err, enough) {
		t.Errorf("the listener's error gives %v", err)
	}
	if w.stdout.Len() > 0 {
		t.Errorf("it printed %q", &w.stdout)
	}
}

// TestSweep runs experiments of different seeds at the same time, and wants of each the bytes that it has alone.
func TestSweep(t *testing.T) {
	config, folder := tiny(t), t.TempDir()
	run := func(seed int, name string) experiment.Options {
		return options(config, filepath.Join(folder, fmt.Sprint(name, seed, ".bin")), set("seed", fmt.Sprint(seed)))
	}
	const seeds = 4
	var together sync.WaitGroup
	failed := make([]error, seeds)
	for seed := range seeds {
		together.Go(func() {
			failed[seed] = experiment.Train(t.Context(), &newWorld().System, run(seed, "together"))
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
			t.Errorf("seed %d: beside others another model than alone", seed)
		}
		if slices.ContainsFunc(models, func(other []byte) bool { return bytes.Equal(other, alone) }) {
			t.Errorf("seed %d: the model of another seed", seed)
		}
		models = append(models, alone)
	}
}
