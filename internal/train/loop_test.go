package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn/step"
	"dnn/internal/random"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// recorder returns a callback that writes the events it hears of to a log.
func recorder(log *[]string, name string) train.Callback {
	say := func(format string, args ...any) error {
		*log = append(*log, name+" "+fmt.Sprintf(format, args...))
		return nil
	}
	return train.Callback{
		TrainBegin: func(p train.Plan) error { return say("begin %+v", p) },
		EpochBegin: func(epoch int) error { return say("epoch %d", epoch) },
		StepEnd:    func(s train.Step) error { return say("step %d", s.Step) },
		EpochEnd:   func(e history.Epoch) error { return say("end of epoch %d", e.Epoch) },
		TrainEnd:   func() error { return say("end") },
	}
}

func TestOrderOfEvents(t *testing.T) {
	r, _ := testRun(t, 5, 2, 2)
	r.Validation = r.Train.Slice(3, 5)
	r.Train = r.Train.Slice(0, 3)
	var log []string
	r.Callbacks = []train.Callback{recorder(&log, "a"), {}, recorder(&log, "b")}
	epochs, err := r.Do(t.Context())
	if err != nil || len(epochs) != 2 {
		t.Fatalf("wanted 2 epochs, found %v, error %v", epochs, err)
	}
	var want []string
	for _, event := range []string{
		"begin {Epochs:2 BatchSize:2 Steps:2 TrainSamples:3 ValidationSamples:2}",
		"epoch 1", "step 1", "step 2", "end of epoch 1", "epoch 2", "step 1", "step 2", "end of epoch 2", "end",
	} {
		want = append(want, "a "+event, "b "+event)
	}
	if !slices.Equal(log, want) {
		t.Errorf("wanted the events\n%s\nfound\n%s", strings.Join(want, "\n"), strings.Join(log, "\n"))
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct{ count, batch, wantBatch, wantSteps int }{
		{48_000, 100, 100, 480},
		{48_001, 100, 100, 481},
		{99, 100, 99, 1},
		{100, 100, 100, 1},
		{7, 1, 1, 7},
	} {
		want := train.Plan{
			Epochs: 10, BatchSize: c.wantBatch, Steps: c.wantSteps, TrainSamples: c.count, ValidationSamples: 3,
		}
		if got := train.NewPlan(10, c.batch, c.count, 3); got != want {
			t.Errorf("%d samples in batches of %d: wanted %+v, found %+v", c.count, c.batch, want, got)
		}
	}
}

// The numbers of samples that Keras 3 holds out: n - floor(n (1 - split)), in float64.
func TestValidationSamples(t *testing.T) {
	for _, c := range []struct {
		n     int
		split float64
		want  int
	}{
		{60_000, 0, 0},
		{60_000, 0.2, 12_000},
		{60_000, 0.1, 6_000},
		{60_000, 1.0 / 3, 20_000}, // 60000 (1 - 1/3) = 40000.00000000001
		{60_000, 0.3, 18_000},
		{60_000, 0.7, 42_000},
		{60_000, 0.8, 48_001}, // 60000 (1 - 0.8) = 11999.999999999998
		{60_000, 0.55, 33_001},
		{10, 1.0 / 3, 4},
		{10, 0.2, 2},
		{10, 0.1, 1},
		{10, 0.9, 10}, // 10 (1 - 0.9) = 0.9999999999999998
		{3, 1.0 / 3, 1},
		{7, 0.5, 4},
		{1, 0.5, 1},
		{0, 0.5, 0},
	} {
		if got := train.ValidationSamples(c.n, c.split); got != c.want {
			t.Errorf("%v of %d: wanted %d samples, found %d", c.split, c.n, c.want, got)
		}
	}
}

// Each epoch takes every sample once, in an order that follows from the seed and the epoch. Its last batch has the
// samples that are left.
func TestShuffledBatches(t *testing.T) {
	r, spy := testRun(t, 12, 5, 3)
	r.Shuffle, r.Seed = true, 42
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(spy.steps) != 9 {
		t.Fatalf("wanted 9 steps, found %d", len(spy.steps))
	}
	for epoch := 1; epoch <= 3; epoch++ {
		order := make([]int32, 12)
		for i := range order {
			order[i] = int32(i)
		}
		random.Shuffle(random.Stream(42, "shuffle", epoch), order)
		for step, end := range []int{5, 10, 12} {
			var want []int
			for _, i := range order[5*step : end] {
				want = append(want, int(i))
			}
			slices.Sort(want)
			if got := spy.steps[3*(epoch-1)+step]; !slices.Equal(got, want) {
				t.Errorf("epoch %d, step %d: wanted the samples %v, found %v", epoch, step+1, want, got)
			}
		}
	}
	if slices.Equal(spy.steps[0], spy.steps[3]) && slices.Equal(spy.steps[1], spy.steps[4]) {
		t.Error("wanted other batches in the second epoch, found the same")
	}
}

func TestUnshuffledBatches(t *testing.T) {
	r, spy := testRun(t, 5, 2, 2)
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(spy.steps), "[[0 1] [2 3] [4] [0 1] [2 3] [4]]"; got != want {
		t.Errorf("wanted the batches %s, found %s", want, got)
	}
	for _, rate := range spy.rates {
		if rate != 0.5 {
			t.Errorf("wanted the learning rate 0.5, found %v", spy.rates)
		}
	}
}

// With a learning rate of 0 an epoch is an evaluation: its loss and accuracy are those of all samples together, and so
// are the running means of the last step.
func TestMeans(t *testing.T) {
	r, _ := testRun(t, 17, 5, 1)
	r.Validation = r.Train.Slice(14, 17)
	r.Train = r.Train.Slice(0, 14)
	r.Schedule = schedule.Constant(0)
	var last train.Step
	begun, ended := time.Time{}, time.Time{}
	r.Callbacks = []train.Callback{{
		EpochBegin: func(int) error { begun = r.Now(); return nil },
		StepEnd: func(s train.Step) error {
			if s.Step != last.Step+1 {
				t.Errorf("wanted step %d, found step %d", last.Step+1, s.Step)
			}
			last, ended = s, r.Now()
			return nil
		},
	}}
	epochs, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := epochs[0]
	trained := step.NewEvaluator(r.Engine, r.Model, r.Train).Evaluate()
	validated := step.NewEvaluator(r.Engine, r.Model, r.Validation).Evaluate()
	want := history.Epoch{
		Epoch: 1, Loss: float64(trained.MeanLoss()), Accuracy: float64(trained.Accuracy()),
		Validated: true, ValLoss: float64(validated.MeanLoss()), ValAccuracy: float64(validated.Accuracy()),
	}
	sameTraining := math.Abs(got.Loss-want.Loss) <= 1e-7 && got.Accuracy == want.Accuracy
	sameValidation := got.Validated && got.ValLoss == want.ValLoss && got.ValAccuracy == want.ValAccuracy
	if !sameTraining || !sameValidation {
		t.Errorf("wanted the epoch %+v, found %+v", want, got)
	}
	if last.Step != 3 || last.Loss != got.Loss || last.Accuracy != got.Accuracy {
		t.Errorf("wanted step 3 with the means of the epoch %+v, found %+v", got, last)
	}
	if steps := ended.Sub(begun).Seconds(); got.Seconds <= steps {
		t.Errorf("wanted more than the %v s of its steps, found %v s", steps, got.Seconds)
	}
}

// Validation uses the weights at the end of the epoch and changes nothing.
func TestValidationFollowsTheEpoch(t *testing.T) {
	with, _ := testRun(t, 12, 5, 3)
	with.Validation = with.Train
	epochs, err := with.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	final := step.NewEvaluator(with.Engine, with.Model, with.Train).Evaluate()
	if got, want := epochs[2].ValLoss, float64(final.MeanLoss()); got != want {
		t.Errorf("wanted the validation loss %v, found %v", want, got)
	}
	without, _ := testRun(t, 12, 5, 3)
	plain, err := without.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights(with.Model), weights(without.Model)) {
		t.Error("wanted the same weights as without validation, found others")
	}
	if plain[0].Validated || plain[0].ValLoss != 0 || plain[0].Loss != epochs[0].Loss {
		t.Errorf("wanted the first epoch as %+v but without validation, found %+v", epochs[0], plain[0])
	}
}

func TestSameSeedSameBits(t *testing.T) {
	run := func(seed uint64) ([]uint32, history.Epochs) {
		r, _ := testRun(t, 30, 4, 3)
		r.Shuffle, r.Seed = true, seed
		epochs, err := r.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return weights(r.Model), epochs
	}
	first, epochs := run(1)
	second, again := run(1)
	if !slices.Equal(first, second) {
		t.Error("wanted the same weights from the same seed, found others")
	}
	for i := range epochs {
		if epochs[i].Loss != again[i].Loss || epochs[i].Accuracy != again[i].Accuracy {
			t.Errorf("wanted the same epoch from the same seed, found %+v and %+v", epochs[i], again[i])
		}
	}
	if third, _ := run(2); slices.Equal(first, third) {
		t.Error("wanted other weights from another seed, found the same")
	}
}

// A run that is stopped within an epoch leaves the network as it was after the last completed one.
func TestInterruption(t *testing.T) {
	cause := errors.New("stopped by a test")
	for _, c := range []struct{ epoch, step, completed int }{
		{0, 0, 0}, // before the first step
		{1, 2, 0},
		{3, 2, 2},
		{3, 3, 3}, // after an epoch's last step nothing is left to do in it
	} {
		r, spy := testRun(t, 12, 5, 5)
		ctx, cancel := context.WithCancelCause(t.Context())
		var log []string
		epoch := 0
		r.Callbacks = []train.Callback{recorder(&log, "r"), {
			TrainBegin: func(train.Plan) error {
				if c.epoch == 0 {
					cancel(cause)
				}
				return nil
			},
			EpochBegin: func(e int) error {
				epoch = e
				return nil
			},
			StepEnd: func(s train.Step) error {
				if epoch == c.epoch && s.Step == c.step {
					cancel(cause)
				}
				return nil
			},
		}}
		epochs, err := r.Do(ctx)
		if !errors.Is(err, cause) {
			t.Errorf("%+v: wanted the cause of the context, found %v", c, err)
		}
		if len(epochs) != c.completed {
			t.Errorf("%+v: wanted %d epochs, found %d", c, c.completed, len(epochs))
		}
		if want := max(0, 3*(c.epoch-1)+c.step); len(spy.steps) != want {
			t.Errorf("%+v: wanted %d steps, found %d", c, want, len(spy.steps))
		}
		ends := 0
		for _, event := range log {
			if strings.HasPrefix(event, "r end of epoch") {
				ends++
			}
		}
		if ends != c.completed || log[len(log)-1] != "r end" {
			t.Errorf("%+v: wanted %d ends of epochs and the end of the run, found %v", c, c.completed, log)
		}
		whole, _ := testRun(t, 12, 5, c.completed)
		if _, err := whole.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(weights(r.Model), weights(whole.Model)) {
			t.Errorf("%+v: wanted the weights after %d epochs, found others", c, c.completed)
		}
	}
}

// The features and the learning rate are so large that a sample's own update makes its logits infinite. The run
// diverges when a sample comes up again, in the first step of the second epoch.
func TestDivergence(t *testing.T) {
	r, spy := testRun(t, 12, 5, 3)
	for i := range r.Train.Floats {
		r.Train.Floats[i] *= 1e20
	}
	r.Schedule = schedule.Constant(1e10)
	for _, p := range r.Model.Params() {
		p.SetFloats(make([]float32, p.Count()))
	}
	var log []string
	r.Callbacks = []train.Callback{recorder(&log, "r")}
	epochs, err := r.Do(t.Context())
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Diverged {
		t.Fatalf("wanted an error of kind %d, found %v of kind %d", fault.Diverged, err, fault.KindOf(err))
	}
	if f.Where != "epoch 2, step 1" || f.What != "the loss is NaN" && f.What != "the loss is +Inf" {
		t.Errorf("wanted a loss that is not finite in epoch 2, step 1, found %v", f)
	}
	if wanted := "try a lower learning rate (now 1e+10)"; f.Hint != wanted {
		t.Errorf("wanted the hint %q, found %q", wanted, f.Hint)
	}
	if len(epochs) != 1 || len(spy.steps) != 4 {
		t.Errorf("wanted 1 completed epoch and 4 steps, found %d and %d", len(epochs), len(spy.steps))
	}
	if want := []string{"r step 3", "r end of epoch 1", "r epoch 2", "r end"}; !slices.Equal(log[len(log)-4:], want) {
		t.Errorf("wanted events that end with %v, found %v", want, log)
	}
	if !r.Model.Finite() {
		t.Error("wanted finite weights at the end, found others")
	}
}

// An error of any callback ends the run at once, and every callback still hears of the end.
func TestCallbackErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		bad    train.Callback
		steps  int // taken before the error
		epochs int // completed
	}{
		{"TrainBegin", train.Callback{TrainBegin: func(train.Plan) error { return broken }}, 0, 0},
		{"EpochBegin", train.Callback{EpochBegin: func(int) error { return broken }}, 0, 0},
		{"StepEnd", train.Callback{StepEnd: func(train.Step) error { return broken }}, 1, 0},
		{"second EpochBegin", train.Callback{EpochBegin: func(e int) error {
			if e == 2 {
				return broken
			}
			return nil
		}}, 3, 1},
		{"EpochEnd", train.Callback{EpochEnd: func(history.Epoch) error { return broken }}, 3, 1},
		{"TrainEnd", train.Callback{TrainEnd: func() error { return broken }}, 6, 2},
	} {
		r, spy := testRun(t, 12, 5, 2)
		ends := 0
		end := train.Callback{TrainEnd: func() error { ends++; return nil }}
		late := train.Callback{TrainEnd: func() error { return errors.New("not the first") }}
		r.Callbacks = []train.Callback{end, c.bad, late, end}
		epochs, err := r.Do(t.Context())
		if !errors.Is(err, broken) {
			t.Errorf("%s: wanted the error %v, found %v", c.name, broken, err)
		}
		if len(spy.steps) != c.steps || len(epochs) != c.epochs || ends != 2 {
			t.Errorf("%s: wanted %d steps, %d epochs and 2 calls of TrainEnd, found %d, %d and %d",
				c.name, c.steps, c.epochs, len(spy.steps), len(epochs), ends)
		}
		whole, _ := testRun(t, 12, 5, c.epochs)
		if _, err := whole.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(weights(r.Model), weights(whole.Model)) {
			t.Errorf("%s: wanted the weights after %d epochs, found others", c.name, c.epochs)
		}
	}
}

// An update that makes weights infinite or NaN is a divergence, even in the last step of the run.
func TestDivergenceInTheLastStep(t *testing.T) {
	r, _ := testRun(t, 12, 12, 1)
	for i := range r.Train.Floats {
		r.Train.Floats[i] *= 1e20
	}
	r.Schedule = schedule.Constant(1e30)
	for _, p := range r.Model.Params() {
		p.SetFloats(make([]float32, p.Count()))
	}
	_, err := r.Do(t.Context())
	const wanted = "epoch 1, step 1: the weights are no longer finite"
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Diverged || f.Error() != wanted {
		t.Errorf("wanted the error %s of kind %d, found %v of kind %d", wanted, fault.Diverged, err, fault.KindOf(err))
	}
	if !r.Model.Finite() {
		t.Error("wanted finite weights at the end, found others")
	}
}
