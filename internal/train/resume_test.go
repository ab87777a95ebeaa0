package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/train"
	"dnn/internal/train/callback"
	"dnn/internal/train/schedule"
)

const (
	resumeEpochs = 4
	resumeSteps  = 4 // an epoch
)

var errStopped = errors.New("stopped by a test")

// resumable is a run with every kind of state, and the files that it writes.
type resumable struct {
	*train.Run
	csv   string // path of the history
	file  *callback.CSV
	rates string // path of the log of learning rates
}

// newResumable returns such a run with its files in folder. Another call with the same arguments stands for another
// process.
func newResumable(t *testing.T, spec optimizer.Spec, folder string) *resumable {
	t.Helper()
	return newPatient(t, spec, folder, 3)
}

// newPatient is newResumable with another patience for early stopping.
func newPatient(t *testing.T, spec optimizer.Spec, folder string, patience int) *resumable {
	t.Helper()
	arch := nn.Architecture{Input: 6, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 5, Activation: "relu", L2: 1e-3},
		{Type: "dropout", Name: "dropout", Rate: 0.3},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 1e-3},
		{Type: "dense", Name: "dense_1", Units: 3, Activation: "softmax"},
	}}
	model, err := nn.New(arch, 7)
	if err != nil {
		t.Fatal(err)
	}
	optimizer, err := optimizer.New(spec, model.Params())
	if err != nil {
		t.Fatal(err)
	}
	engine := step.NewEngine(kernel.Available()[0], 2)
	t.Cleanup(engine.Close)
	samples := randomSamples(26, 6, 3)
	clock := time.Unix(0, 0)
	w := &resumable{csv: filepath.Join(folder, "history.csv"), rates: filepath.Join(folder, "rates.csv")}
	w.Run = &train.Run{
		Engine: engine, Model: model, Optimizer: optimizer,
		Train: samples.Slice(0, 19), Validation: samples.Slice(19, 26),
		Epochs: resumeEpochs, BatchSize: 5, Shuffle: true, Seed: 7,
		Schedule: schedule.Warmup{
			From: spec.LearningRate / 10, Steps: 3,
			Then: (&schedule.Cosine{}).For(schedule.Run{Rate: spec.LearningRate, Epochs: 30, Steps: 1}),
		},
		Checkpoints: &train.Checkpoints{
			Path: filepath.Join(folder, "model.ckpt"), EveryEpochs: 2, Config: json.RawMessage(`{"epochs":4}`),
			Inputs: map[string]string{"data": "abc"},
		},
		Now: func() time.Time {
			clock = clock.Add(time.Second / 8)
			return clock
		},
	}
	for _, c := range []callback.Kind{
		// An accuracy never improves by 2, so the learning rate is reduced after epoch 3.
		&callback.Plateau{Monitor: "val_accuracy", Factor: 0.5, Patience: 2, Cooldown: 2, MinDelta: 2},
		&callback.EarlyStopping{Monitor: "val_loss", Patience: patience, RestoreBestWeights: true},
		&callback.LearningRateLog{File: w.rates, Interval: "step"},
	} {
		c.Add(w.Run)
	}
	w.file = callback.NewCSV(w.csv)
	w.Callbacks = append(w.Callbacks, w.file.Callback())
	return w
}

// randomSamples returns samples with random features and classes.
func randomSamples(count, features, classes int) *batch.Samples {
	rng := rand.New(rand.NewPCG(3, 3))
	s := &batch.Samples{
		Count: count, Features: features, Floats: make([]float32, count*features), Labels: make([]uint8, count),
	}
	for i := range s.Floats {
		s.Floats[i] = float32(rng.NormFloat64())
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// outcome returns everything that a run leaves and that must not depend on interruptions.
func (w *resumable) outcome(t *testing.T, history history.Epochs) string {
	t.Helper()
	if err := w.file.Commit(); err != nil {
		t.Fatal(err)
	}
	var csv []string
	for _, line := range strings.Split(read(t, w.csv), "\n") {
		fields := strings.Split(line, ",")
		if len(fields) > 1 {
			fields[1] = "" // seconds
		}
		csv = append(csv, strings.Join(fields, ","))
	}
	rates, err := os.ReadFile(w.rates)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a run may be without this log
		t.Fatal(err)
	}
	var state strings.Builder
	for _, c := range w.Callbacks {
		if c.Save != nil {
			fmt.Fprintln(&state, c.Name, c.Save())
		}
	}
	epochs := slices.Clone(history)
	for i := range epochs {
		epochs[i].Seconds, epochs[i].Phases = 0, nil
	}
	return fmt.Sprintln(weights(w.Model), epochs, w.Optimizer.Counters(), csv, state.String(), w.Ended, string(rates))
}

// stopAfter runs until the run has taken the given number of steps in all its epochs.
func (w *resumable) stopAfter(t *testing.T, steps int) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	epoch := 0
	w.Callbacks = append(w.Callbacks, train.Callback{
		TrainBegin: func(train.Plan) error {
			if steps == 0 {
				cancel(errStopped)
			}
			return nil
		},
		EpochBegin: func(e int) error {
			epoch = e
			return nil
		},
		StepEnd: func(s train.Step) error {
			if (epoch-1)*resumeSteps+s.Step == steps {
				cancel(errStopped)
			}
			return nil
		},
	})
	if _, err := w.Do(ctx); !errors.Is(err, errStopped) {
		t.Fatalf("stopped after %d steps: wanted %v, found %v", steps, errStopped, err)
	}
}

// resume lets the run go on from the newest checkpoint.
func (w *resumable) resume(t *testing.T) {
	t.Helper()
	from, notes, err := w.Checkpoints.Latest()
	if err != nil || from == nil {
		t.Fatalf("wanted a checkpoint, found none: %v, %v", notes, err)
	}
	w.From = from
}

func optimizerSpecs() map[string]optimizer.Spec {
	specs := map[string]optimizer.Spec{}
	for _, name := range optimizer.Names() {
		specs[name] = optimizer.Default(name)
	}
	change := func(name, from string, f func(*optimizer.Spec)) {
		spec := optimizer.Default(from)
		f(&spec)
		specs[name] = spec
	}
	change("sgd, momentum", "sgd", func(s *optimizer.Spec) {
		s.Rule = &optimizer.SGDRule{Momentum: 0.9, Nesterov: true}
	})
	change("rmsprop, centered", "rmsprop", func(s *optimizer.Spec) {
		s.Rule = &optimizer.RMSpropRule{Momentum: 0.5, Rho: 0.9, Centered: true, Epsilon: 1e-7}
	})
	change("adam, amsgrad", "adam", func(s *optimizer.Spec) {
		s.Rule = &optimizer.AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7, AMSGrad: true}
	})
	change("adam, average", "adam", func(s *optimizer.Spec) { s.UseEMA, s.EMAMomentum = true, 0.9 })
	change("sgd, average that overwrites", "sgd", func(s *optimizer.Spec) {
		s.UseEMA, s.EMAOverwriteFrequency = true, 3
	})
	change("adamw, clipped, average", "adamw", func(s *optimizer.Spec) {
		s.GlobalClipNorm, s.UseEMA, s.EMAMomentum = 0.5, true, 0.5
	})
	for name, spec := range specs {
		spec.LearningRate = 0.05
		specs[name] = spec
	}
	return specs
}

// A run that is stopped after any step and resumed ends as one that was not stopped.
func TestResume(t *testing.T) {
	for name, spec := range optimizerSpecs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is spent on writes to disk
			through := newResumable(t, spec, t.TempDir())
			history, err := through.Do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := through.outcome(t, history)
			for steps := range resumeEpochs * resumeSteps {
				within := steps % resumeSteps
				if within != 0 && within != resumeSteps-1 && steps != 6 && !strings.Contains(name, "average") {
					continue // averages stop after every step, other optimizers at the ends of epochs
				}
				folder := t.TempDir()
				first := newResumable(t, spec, folder)
				first.Checkpoints.EveryEpochs = 0 // TestCheckpointFiles has those; each is a slow write to disk
				first.stopAfter(t, steps)
				if again := steps + 1; steps%3 == 0 && again < resumeEpochs*resumeSteps { // stop once more
					second := newResumable(t, spec, folder)
					second.resume(t)
					second.stopAfter(t, again)
				}
				last := newResumable(t, spec, folder)
				last.Checkpoints.EveryEpochs = 0
				last.resume(t)
				history, err := last.Do(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := last.outcome(t, history); got != want {
					t.Errorf("stopped after %d steps: wanted\n%s\nfound\n%s", steps, want, got)
				}
				if err := last.Checkpoints.Remove(); err != nil {
					t.Fatal(err)
				}
				if left, _ := filepath.Glob(filepath.Join(folder, "model.ckpt*")); len(left) > 0 {
					t.Errorf("wanted no checkpoints after Remove, found %v", left)
				}
			}
		})
	}
}

// An interruption leaves the model of the last completed epoch, even if the run was resumed within the current one.
func TestInterruptedTwice(t *testing.T) {
	spec := optimizerSpecs()["adam, average"]
	one := newResumable(t, spec, t.TempDir())
	one.stopAfter(t, resumeSteps+1)
	folder := t.TempDir()
	newResumable(t, spec, folder).stopAfter(t, resumeSteps+1)
	two := newResumable(t, spec, folder)
	two.resume(t)
	two.stopAfter(t, resumeSteps+2)
	if !slices.Equal(weights(one.Model), weights(two.Model)) {
		t.Error("wanted the model of the first interruption after the second, found another")
	}
}

// The best weights are restored when the run is over, not when it is interrupted.
func TestInterruptedEarlyStopping(t *testing.T) {
	r, _ := testRun(t, 12, 5, 4)
	watched := train.Run{Model: r.Model}
	(&callback.EarlyStopping{Monitor: "accuracy", Patience: 9, RestoreBestWeights: true}).Add(&watched)
	stop := watched.Callbacks[0]
	var first, third []uint32
	ctx, cancel := context.WithCancelCause(t.Context())
	r.Callbacks = []train.Callback{
		{EpochEnd: func(e history.Epoch) error {
			switch e.Epoch {
			case 1:
				first = weights(r.Model)
			case 3:
				third = weights(r.Model)
				cancel(errStopped)
			}
			return nil
		}},
		{EpochEnd: func(e history.Epoch) error {
			return stop.EpochEnd(history.Epoch{Epoch: e.Epoch, Accuracy: -float64(e.Epoch)})
		}},
		{TrainBegin: stop.TrainBegin, Finish: stop.Finish},
	}
	if _, err := r.Do(ctx); !errors.Is(err, errStopped) || !slices.Equal(weights(r.Model), third) {
		t.Errorf("interrupted (%v): wanted the model of epoch 3, found another", err)
	}
	if err := stop.Finish(); err != nil || !slices.Equal(weights(r.Model), first) {
		t.Errorf("finished (%v): wanted the model of epoch 1, found another", err)
	}
}

// Resuming a run that a callback has ended trains no further epoch.
func TestResumeAfterTheEnd(t *testing.T) {
	spec := optimizerSpecs()["adam"]
	folder := t.TempDir()
	ended := newResumable(t, spec, folder)
	ended.Checkpoints.EveryEpochs = 1
	(&callback.Target{Monitor: "accuracy", Value: 0}).Add(ended.Run)
	history, err := ended.Do(t.Context())
	if err != nil || len(history) != 1 || !strings.HasPrefix(ended.Ended, "accuracy has reached 0: it is ") {
		t.Fatalf("wanted 1 epoch and the end by its accuracy, found %d and %q, %v", len(history), ended.Ended, err)
	}
	again := newResumable(t, spec, folder)
	again.resume(t)
	history, err = again.Do(t.Context())
	if err != nil || len(history) != 1 || again.Ended != ended.Ended {
		t.Errorf("resumed: wanted 1 epoch and the end %q, found %d and %q, %v",
			ended.Ended, len(history), again.Ended, err)
	}
	if !slices.Equal(weights(again.Model), weights(ended.Model)) {
		t.Error("resumed: wanted the same weights, found others")
	}
}

func TestCheckpointFiles(t *testing.T) {
	folder := t.TempDir()
	stale := filepath.Join(folder, "model.ckpt-000099")
	if err := os.WriteFile(stale, []byte("of another run"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := func() string {
		all, err := filepath.Glob(filepath.Join(folder, "model.ckpt-*"))
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range all {
			all[i] = strings.TrimPrefix(name, filepath.Join(folder, "model.ckpt-"))
		}
		return strings.Join(all, " ")
	}
	w := newResumable(t, optimizerSpecs()["adam"], folder)
	var log []string
	w.Checkpoints.EveryEpochs = 1
	w.Checkpoints.Every = 400 * time.Millisecond // the clock advances 125 ms each time it is read, once a step
	w.Callbacks = append(w.Callbacks, train.Callback{
		StepEnd:  func(train.Step) error { log = append(log, names()); return nil },
		EpochEnd: func(history.Epoch) error { log = append(log, names()); return nil },
	})
	if _, err := w.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names() != "000012 000016" && names() != "000015 000016" {
		t.Errorf("wanted the last two checkpoints at the end, found %s", names())
	}
	if log[0] != "000099" {
		t.Errorf("wanted only 000099 after the first step, found %s", log[0])
	}
	within := 0
	for _, files := range log {
		numbers := strings.Fields(files)
		if len(numbers) > train.KeptCheckpoints {
			t.Errorf("wanted %d checkpoints or fewer, found %s", train.KeptCheckpoints, files)
		}
		for _, n := range numbers {
			if n != "000004" && n != "000008" && n != "000012" && n != "000016" && n != "000099" {
				within++
			}
		}
	}
	if within == 0 {
		t.Errorf("wanted a checkpoint within an epoch, found %v", log)
	}
}

// The checkpoint that a run resumed from is one of the two that are kept, since the next one may get damaged.
func TestCheckpointsAfterResume(t *testing.T) {
	folder := t.TempDir()
	newResumable(t, optimizerSpecs()["adam"], folder).stopAfter(t, 5)
	w := newResumable(t, optimizerSpecs()["adam"], folder)
	w.resume(t)
	w.stopAfter(t, 6)
	if all, err := w.Checkpoints.Files(); err != nil || !slices.Equal(all, []int{6, 5}) {
		t.Errorf("wanted the checkpoints after 6 and 5 steps, found %v, %v", all, err)
	}
}

func TestLatest(t *testing.T) {
	spec := optimizerSpecs()["adam"]
	folder := t.TempDir()
	w := newResumable(t, spec, folder)
	w.Checkpoints.EveryEpochs = 1
	from, notes, err := w.Checkpoints.Latest()
	if from != nil || err != nil || len(notes) != 1 || !strings.Contains(notes[0], "starts from the beginning") {
		t.Errorf("without any: wanted a note and no checkpoint, found %v, %v, %v", from, notes, err)
	}
	w.stopAfter(t, 10)
	newest, older := w.Checkpoints.File(10), w.Checkpoints.File(8)
	from, notes, err = w.Checkpoints.Latest()
	note := "goes on from " + newest + ": epoch 3, step 3"
	if err != nil || from.Step() != 2 || len(from.History()) != 2 || notes[0] != note {
		t.Errorf("wanted the newest checkpoint, found %+v, %v, %v", from, notes, err)
	}
	// Another experiment or other data.
	other := *w.Checkpoints
	other.Config = json.RawMessage(`{"epochs": 5, "optimizer": {"name": "adam"}, "layers": [3, 4]}`)
	other.Inputs = map[string]string{"data": "abd"}
	other.EpochsFixedBy = "schedule.name (cosine)"
	_, _, err = other.Latest()
	want := newest + `: is of another run: data is abc there, abd here; ` +
		`epochs is 4 there, 5 here (schedule.name (cosine) depends on it); ` +
		`layers is not set there, [3,4] here; optimizer.name is not set there, "adam" here`
	if fault.KindOf(err) != fault.Data || err.Error() != want {
		t.Errorf("another run: wanted %s, found %v of kind %d", want, err, fault.KindOf(err))
	}
	// Damage.
	damage := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)-9] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damage(newest)
	from, notes, err = w.Checkpoints.Latest()
	if err != nil || from.Step() != 0 || len(notes) != 2 ||
		!strings.HasPrefix(notes[0], "skips a checkpoint: "+newest+": damaged") ||
		notes[1] != "goes on from "+older+": epoch 3, step 1" {
		t.Errorf("newest damaged: wanted the one before, found %+v, %v, %v", from, notes, err)
	}
	damage(older)
	_, _, err = w.Checkpoints.Latest()
	if fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), newest+": no checkpoint can be used") {
		t.Errorf("both damaged: wanted an error of kind %d, found %v of kind %d", fault.Data, err, fault.KindOf(err))
	}
}

// A checkpoint that is undamaged but does not fit the run is refused before the run writes anything.
func TestResumeOfAnotherNetwork(t *testing.T) {
	specs := optimizerSpecs()
	folder := t.TempDir()
	newResumable(t, specs["adam"], folder).stopAfter(t, 5)
	for _, c := range []struct {
		name   string
		spec   optimizer.Spec
		change func(*resumable)
		want   string
	}{
		{"an optimizer with more state", specs["adam, amsgrad"], func(*resumable) {}, "checkpoint: wanted optimizer/"},
		{"an optimizer with less", specs["sgd"], func(*resumable) {}, "checkpoint: found optimizer/"},
		{"fewer steps", specs["adam"], func(w *resumable) { w.BatchSize = 19 },
			"checkpoint: wanted epochs of 1 step of 19 samples, found step 1 of epoch 2 after 5 samples"},
		{"fewer epochs", specs["adam"], func(w *resumable) { w.Epochs = 0 },
			"epochs: wanted 2 or more, since so many were begun, found 0"},
		{"as many epochs as were completed, with one begun", specs["adam"], func(w *resumable) { w.Epochs = 1 },
			"epochs: wanted 2 or more, since so many were begun, found 1"},
		{"another batch size", specs["adam"], func(w *resumable) { w.BatchSize = 6 },
			"checkpoint: wanted epochs of 4 steps of 6 samples, found step 1 of epoch 2 after 5 samples"},
		{"without validation", specs["adam"], func(w *resumable) { w.Validation = nil },
			"checkpoint: epoch 1: wanted validation: false, found true"},
		{"another callback", specs["adam"], func(w *resumable) { w.Callbacks[0].Name = "other" },
			"checkpoint: wanted the state of other, found none"},
		{"without early stopping", specs["adam"], func(w *resumable) { w.Callbacks = nil },
			"checkpoint: found early_stopping/"},
	} {
		w := newResumable(t, c.spec, t.TempDir())
		checkpoints := *w.Checkpoints
		checkpoints.Path = filepath.Join(folder, "model.ckpt")
		from, _, err := checkpoints.Latest()
		if err != nil {
			t.Fatal(err)
		}
		w.From = from
		c.change(w)
		if _, err := w.Do(t.Context()); fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: wanted %s, found %v of kind %d", c.name, c.want, err, fault.KindOf(err))
		}
		if left, err := os.ReadDir(filepath.Dir(w.csv)); err != nil || len(left) > 0 {
			t.Errorf("%s: wanted no files, found %v, %v", c.name, left, err)
		}
	}
}

// A run that began with the weights of a model can resume with the same model named again or with none, but not with
// another.
func TestResumeWithAnotherStart(t *testing.T) {
	folder := t.TempDir()
	first := newResumable(t, optimizerSpecs()["adam"], folder)
	first.Checkpoints.Start = "f1"
	first.stopAfter(t, 5)
	second := newResumable(t, optimizerSpecs()["adam"], folder) // without a starting model
	second.resume(t)
	second.stopAfter(t, 6)
	last := newResumable(t, optimizerSpecs()["adam"], folder).Checkpoints
	last.Start = "f1"
	if _, _, err := last.Latest(); err != nil {
		t.Errorf("the same: wanted a checkpoint, found %v", err)
	}
	last.Start = "f2"
	_, _, err := last.Latest()
	want := last.File(6) + ": is of another run: starting model is f1 there, f2 here"
	if fault.KindOf(err) != fault.Data || err.Error() != want {
		t.Errorf("another: wanted %s, found %v of kind %d", want, err, fault.KindOf(err))
	}

	drawn := newResumable(t, optimizerSpecs()["adam"], t.TempDir())
	drawn.stopAfter(t, 5)
	drawn.Checkpoints.Start = "f1"
	_, _, err = drawn.Checkpoints.Latest()
	want = drawn.Checkpoints.File(5) + ": is of another run: starting model is not set there, f1 here"
	if err == nil || err.Error() != want {
		t.Errorf("of drawn weights: wanted %s, found %v", want, err)
	}
}

func TestCheckpointsUnwritable(t *testing.T) {
	w := newResumable(t, optimizerSpecs()["adam"], t.TempDir())
	w.Checkpoints.Path = filepath.Join(t.TempDir(), "no folder", "model.ckpt")
	wanted := ": cannot write: there is no folder " + filepath.Dir(w.Checkpoints.Path)
	if _, err := w.Do(t.Context()); fault.KindOf(err) != fault.Write || !strings.HasSuffix(err.Error(), wanted) {
		t.Errorf("wanted %s, found %v of kind %d", wanted, err, fault.KindOf(err))
	}
}
