package train_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// A Stop ends the run after its epoch, without an error, and every callback hears of that epoch.
func TestStop(t *testing.T) {
	r, spy := testRun(t, 12, 5, 5)
	var log []string
	stop := func(reason string) train.Callback {
		return train.Callback{EpochEnd: func(e history.Epoch) error {
			if e.Epoch == 2 {
				return train.Stop("%s", reason)
			}
			return nil
		}}
	}
	r.Callbacks = []train.Callback{stop("enough"), stop("too late"), recorder(&log, "r")}
	epochs, err := r.Do(t.Context())
	if err != nil || len(epochs) != 2 || len(spy.steps) != 6 || r.Ended != "enough" {
		t.Errorf("wanted 2 epochs, 6 steps and the reason enough, found %d, %d, %q, %v",
			len(epochs), len(spy.steps), r.Ended, err)
	}
	if want := []string{"r step 3", "r end of epoch 2", "r end"}; !slices.Equal(log[len(log)-3:], want) {
		t.Errorf("wanted events that end with %v, found %v", want, log)
	}
	// The error of another callback takes precedence.
	broken := errors.New("broken")
	r, _ = testRun(t, 12, 5, 5)
	r.Callbacks = []train.Callback{stop("enough"), {EpochEnd: func(e history.Epoch) error {
		if e.Epoch == 2 {
			return broken
		}
		return nil
	}}}
	if epochs, err := r.Do(t.Context()); !errors.Is(err, broken) || len(epochs) != 2 {
		t.Errorf("wanted 2 epochs and the error, found %d and %v", len(epochs), err)
	}
}

// The run takes its learning rates from its schedule, and an epoch reports the rate of its last step.
func TestScheduleOfARun(t *testing.T) {
	r, spy := testRun(t, 12, 5, 2)
	r.Schedule = (&schedule.Polynomial{Power: 1}).For(schedule.Run{Rate: 1, Epochs: 10, Steps: 1})
	epochs, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range spy.rates {
		if rate != r.Schedule.Rate(i) {
			t.Errorf("step %d: wanted the rate %v, found %v", i, r.Schedule.Rate(i), rate)
		}
	}
	if epochs[0].LearningRate != spy.rates[2] || epochs[1].LearningRate != spy.rates[5] {
		t.Errorf("wanted epochs with the rates %v and %v, found %+v", spy.rates[2], spy.rates[5], epochs)
	}
}

// With an averaging optimizer, validation and the final model use the average; the steps go on from the weights.
func TestAverage(t *testing.T) {
	spec := optimizer.Default("sgd")
	spec.UseEMA, spec.EMAMomentum = true, 0.5
	run := func(n int) (*train.Run, history.Epochs, *optimizer.Average) {
		r, _ := testRun(t, 12, 5, n)
		o, err := optimizer.New(spec, r.Model.Params())
		if err != nil {
			t.Fatal(err)
		}
		r.Optimizer, r.Validation = o, r.Train
		epochs, err := r.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r, epochs, optimizer.AverageOf(o)
	}
	r, epochs, average := run(3)
	got := weights(r.Model)
	if loss := float64(step.NewEvaluator(r.Engine, r.Model, r.Train).Evaluate().MeanLoss()); loss != epochs[2].ValLoss {
		t.Errorf("wanted the loss of the validation, %v, found %v", epochs[2].ValLoss, loss)
	}
	average.Swap()
	if !slices.Equal(got, weights(r.Model)) {
		t.Error("wanted the average as the model, found other weights")
	}
	plain, _ := testRun(t, 12, 5, 3)
	again, err := plain.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range epochs { // the average has no influence on training
		if epochs[i].Loss != again[i].Loss {
			t.Errorf("epoch %d: wanted the loss without averaging, %v, found %v", i+1, again[i].Loss, epochs[i].Loss)
		}
	}
}

func TestLRFind(t *testing.T) {
	r, _ := testRun(t, 30, 4, 1)
	r.Train = randomSamples(30, 30, 2)
	spec := optimizer.Default("adam")
	optimizer, err := optimizer.New(spec, r.Model.Params())
	if err != nil {
		t.Fatal(err)
	}
	r.Optimizer, r.Shuffle = optimizer, true
	before, state := weights(r.Model), fmt.Sprint(optimizer.Counters(), optimizer.State()[0].Floats())
	o := train.LRFindOptions{From: 1e-4, To: 1e3, Steps: 50, Beta: 0.9, Diverged: 4}
	var heard []train.LRPoint
	o.StepEnd = func(step int, p train.LRPoint) {
		if heard = append(heard, p); step != len(heard) {
			t.Errorf("wanted step %d, found step %d", len(heard), step)
		}
	}
	points, err := train.LRFind(t.Context(), r, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(points, heard) {
		t.Errorf("wanted a call for each of the points %v, found %v", points, heard)
	}
	after := fmt.Sprint(optimizer.Counters(), optimizer.State()[0].Floats())
	if !slices.Equal(before, weights(r.Model)) || state != after {
		t.Error("wanted the model and the optimizer unchanged, found changes")
	}
	if len(points) < 10 || len(points) == o.Steps {
		t.Errorf("wanted at least 10 points and fewer than %d, since it diverges, found %d", o.Steps, len(points))
	}
	if points[0].Rate != 1e-4 || points[0].Smoothed != points[0].Loss {
		t.Errorf("wanted a first point with the rate 1e-4 and no smoothing, found %+v", points[0])
	}
	for i := 1; i < len(points); i++ {
		if ratio := points[i].Rate / points[i-1].Rate; math.Abs(ratio/math.Pow(1e7, 1.0/49)-1) > 1e-9 {
			t.Fatalf("wanted rates in a ratio of 10^(7/49), found %v and %v", points[i-1].Rate, points[i].Rate)
		}
	}
	if last := points[len(points)-1]; !(last.Smoothed > 4*slices.MinFunc(points, bySmoothed).Smoothed) {
		t.Errorf("wanted the last loss above 4 times the lowest, found %+v", last)
	}
	for i := range r.Train.Floats {
		r.Train.Floats[i] = float32(math.NaN())
	}
	_, err = train.LRFind(t.Context(), r, o)
	wanted := "range test: the loss diverges at once"
	if fault.KindOf(err) != fault.Diverged || !strings.HasPrefix(err.Error(), wanted) {
		t.Errorf("wanted the error %s, found %v of kind %d", wanted, err, fault.KindOf(err))
	}
	if !slices.Equal(before, weights(r.Model)) {
		t.Error("wanted the model unchanged after divergence, found changes")
	}
}

func bySmoothed(a, b train.LRPoint) int { return cmp.Compare(a.Smoothed, b.Smoothed) }
