package experiment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/report"
	"dnn/internal/train"
)

// set is experimenttest.Set in fewer letters.
func set(key, value string) config.Flag { return experimenttest.Set(key, value) }

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
	experimenttest.Isolate(t)
	config := experimenttest.Small(t)
	whole := experimenttest.Train(t, experimenttest.Options(config, filepath.Join(t.TempDir(), "whole.bin")))
	stops, models := 0, 0
	for reading := 2; ; reading += 5 {
		o := experimenttest.Options(config, filepath.Join(t.TempDir(), "model.bin"))
		w := experimenttest.NewSystem()
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
		if got := experimenttest.Train(t, o); !bytes.Equal(got, whole) {
			t.Errorf("stopped at reading %d and resumed: wanted the same model, found another", reading)
		}
	}
	if models < 3 || models == stops {
		t.Errorf("wanted 3 stops or more after an epoch and others before, found %d of %d", models, stops)
	}
}

// TestPredict gives a model raw values under the names of their columns, in another order, and wants the accuracy of
// its own test.
func TestPredict(t *testing.T) {
	experimenttest.Isolate(t)
	path := experimenttest.Small(t)
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
	o := experimenttest.Options(path, filepath.Join(t.TempDir(), "model.bin"), set("epochs", "30"),
		set("dataset", fmt.Sprintf("{csv: %q, test: {csv: %q}, target: kind}", table, test)))
	var end report.EndEvent
	o.Listener.End = func(e report.EndEvent) error { end = e; return nil }
	experimenttest.Train(t, o)

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
	experimenttest.Isolate(t)
	o := experimenttest.Options(experimenttest.Small(t), filepath.Join(t.TempDir(), "model.bin"),
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
	w := experimenttest.NewSystem()
	if err := experiment.Train(t.Context(), &w.System, o); err != nil {
		t.Fatal(err)
	}
	o.DryRun = false
	experimenttest.Train(t, o)
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
	if w.Out.Len() > 0 {
		t.Errorf("wanted no output, found %q", &w.Out)
	}
}

// TestSweep runs experiments with different seeds at the same time, and wants the same bytes as from each alone.
func TestSweep(t *testing.T) {
	config, folder := experimenttest.Small(t), t.TempDir()
	run := func(seed int, name string) experiment.Options {
		return experimenttest.Options(config, filepath.Join(folder, fmt.Sprint(name, seed, ".bin")), set("seed", fmt.Sprint(seed)))
	}
	const seeds = 4
	var together sync.WaitGroup
	failed := make([]error, seeds)
	for seed := range seeds {
		together.Go(func() {
			failed[seed] = experiment.Train(t.Context(), &experimenttest.NewSystem().System, run(seed, "together"))
		})
	}
	together.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	var models [][]byte
	for seed := range seeds {
		alone := experimenttest.Train(t, run(seed, "alone"))
		if got := read(t, filepath.Join(folder, fmt.Sprint("together", seed, ".bin"))); !bytes.Equal(got, alone) {
			t.Errorf("seed %d: wanted the same model as alone, found another", seed)
		}
		if slices.ContainsFunc(models, func(other []byte) bool { return bytes.Equal(other, alone) }) {
			t.Errorf("seed %d: wanted a model of its own, found that of another seed", seed)
		}
		models = append(models, alone)
	}
}
