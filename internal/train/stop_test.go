package train_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"dnn/internal/augment"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// expiring is a context that ends when its Err has been called a given number of times.
type expiring struct {
	context.Context
	left, asked atomic.Int64
}

func (e *expiring) Err() error {
	e.asked.Add(1)
	if e.left.Add(-1) < 0 {
		return errStopped
	}
	return nil
}

// expireAfter returns a context whose Err returns nil so many times, and then an error.
func expireAfter(calls int64) *expiring {
	e := &expiring{Context: context.Background()} // not t.Context(), whose cause context.Cause would report
	e.left.Store(calls)
	return e
}

const never = int64(1) << 62

// randomPixels returns samples of random bytes, mostly zeros.
func randomPixels(count, features, classes int) *batch.Samples {
	rng := rand.New(rand.NewPCG(3, 3))
	s := &batch.Samples{
		Count: count, Features: features, Table: batch.PixelTable(),
		Bytes: make([]uint8, count*features), Labels: make([]uint8, count),
	}
	for i := range s.Bytes {
		s.Bytes[i] = uint8(max(0, rng.IntN(800)-545))
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// longRun returns a run whose steps are long enough to be abandoned when it is stopped. Another call with the same
// arguments stands for another process.
func longRun(t *testing.T, threads int, spec optimizer.Spec, folder string, change func(*train.Run)) *train.Run {
	t.Helper()
	const features, classes = 16, 3
	arch := nn.Architecture{Input: features, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 512, Activation: "relu"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 1e-3},
		{Type: "dense", Name: "dense_1", Units: 512, Activation: "relu"},
		{Type: "dropout", Name: "dropout", Rate: 0.3},
		{Type: "dense", Name: "dense_2", Units: classes, Activation: "softmax"},
	}}
	model, err := nn.New(arch, 7)
	if err != nil {
		t.Fatal(err)
	}
	optimizer, err := optimizer.New(spec, model.Params())
	if err != nil {
		t.Fatal(err)
	}
	engine := step.NewEngine(kernel.Available()[0], threads)
	t.Cleanup(engine.Close)
	samples := randomPixels(3000, features, classes)
	r := &train.Run{
		Engine: engine, Model: model, Optimizer: optimizer,
		Train: samples.Slice(0, 2200), Validation: samples.Slice(2200, 3000),
		Epochs: 2, BatchSize: 1100, Schedule: schedule.Constant(0.01), Shuffle: true, Seed: 7,
		Checkpoints: &train.Checkpoints{Path: filepath.Join(folder, "model.ckpt")}, Now: time.Now,
	}
	change(r)
	return r
}

// A run that is stopped within a step or a validation, at whatever point, resumes to the very same result.
func TestStoppedWithinAStep(t *testing.T) {
	average := optimizer.Default("adam")
	average.UseEMA = true
	distilled := func(r *train.Run) {
		teacher, err := nn.New(r.Model.Architecture(), 8)
		if err != nil {
			t.Fatal(err)
		}
		r.Distillation = &step.Distillation{Teachers: []*nn.Sequential{teacher}, Temperature: 2, Weight: 0.5}
	}
	for _, c := range []struct {
		name    string
		threads int
		spec    optimizer.Spec
		change  func(*train.Run)
	}{
		{"plain", 1, optimizer.Default("adam"), func(*train.Run) {}},
		{"average, distilled", 2, average, distilled},
		{"augmented", 4, optimizer.Default("sgd"), func(r *train.Run) {
			r.Transform = augment.New(augment.Distortions{&augment.Affine{Rotation: 20}}, 4, 4, 7, 4)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcome := func(r *train.Run, history history.Epochs) string {
				for i := range history {
					history[i].Seconds, history[i].Phases = 0, nil
				}
				return fmt.Sprintln(weights(r.Model), history, r.Optimizer.Counters())
			}
			through := longRun(t, c.threads, c.spec, t.TempDir(), c.change)
			all := expireAfter(never)
			var stops []int64 // numbers of calls of Err, spread over the run and within the validations
			through.Callbacks = []train.Callback{{
				StepEnd: func(s train.Step) error {
					if s.Step == through.Plan().Steps {
						stops = append(stops, all.asked.Load(), all.asked.Load()+3)
					}
					return nil
				},
			}}
			history, err := through.Do(all)
			if err != nil {
				t.Fatal(err)
			}
			want := outcome(through, history)

			parts := int64(9)
			if testing.Short() {
				parts = 2
			}
			for i := range parts {
				stops = append(stops, all.asked.Load()*(2*i+1)/(2*parts))
			}
			validations := 0
			for _, after := range stops {
				folder := t.TempDir()
				first := longRun(t, c.threads, c.spec, folder, c.change)
				if _, err := first.Do(expireAfter(after)); !errors.Is(err, errStopped) {
					t.Fatal(err)
				}
				last := longRun(t, c.threads, c.spec, folder, c.change)
				from, _, err := last.Checkpoints.Latest()
				if err != nil || from == nil {
					t.Fatalf("wanted a checkpoint, found none: %v", err)
				}
				last.From = from
				if from.Step() == last.Plan().Steps {
					validations++
				}
				history, err := last.Do(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if len(from.Weights()) > 0 {
					t.Error("wanted a run that does not keep the checkpoint in memory, found one that does")
				}
				if got := outcome(last, history); got != want {
					t.Errorf("stopped after %d calls, step %d of epoch %d: wanted %.300s\nfound %.300s",
						after, from.Step(), len(from.History())+1, want, got)
				}
			}
			if validations < 4 { // those of the spread may be within one, too
				t.Errorf("wanted at least 4 stopped validations, found %d", validations)
			}
		})
	}
}
