package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

// A Stop ends the run after its epoch, without an error, and every callback hears of that epoch.
func TestStop(t *testing.T) {
	r, spy := testRun(t, 12, 5, 5)
	var log []string
	stop := func(reason string) Callback {
		return Callback{EpochEnd: func(e history.Epoch) error {
			if e.Epoch == 2 {
				return Stop("%s", reason)
			}
			return nil
		}}
	}
	r.Callbacks = []Callback{stop("enough"), stop("too late"), recorder(&log, "r")}
	epochs, err := r.Do(t.Context())
	if err != nil || len(epochs) != 2 || len(spy.steps) != 6 || r.Ended != "enough" {
		t.Errorf("%d epochs, %d steps, ended %q, %v", len(epochs), len(spy.steps), r.Ended, err)
	}
	if want := []string{"r step 3", "r end of epoch 2", "r end"}; !slices.Equal(log[len(log)-3:], want) {
		t.Errorf("events %v, want them to end %v", log, want)
	}
	// An error beside a Stop is an error.
	broken := errors.New("broken")
	r, _ = testRun(t, 12, 5, 5)
	r.Callbacks = []Callback{stop("enough"), {EpochEnd: func(e history.Epoch) error {
		if e.Epoch == 2 {
			return broken
		}
		return nil
	}}}
	if epochs, err := r.Do(t.Context()); !errors.Is(err, broken) || len(epochs) != 2 {
		t.Errorf("%d epochs, %v", len(epochs), err)
	}
}

func TestMonitors(t *testing.T) {
	e := history.Epoch{Loss: 1, Accuracy: 2, ValLoss: 3, ValAccuracy: 4}
	var got []float64
	for _, name := range history.Metrics() {
		got = append(got, e.Metric(name))
	}
	if !slices.Equal(got, []float64{1, 2, 3, 4}) {
		t.Errorf("%v are %v", history.Metrics(), got)
	}
	for _, c := range []struct {
		monitor    string
		validation int
		want       string
	}{
		{"loss", 0, ""},
		{"val_accuracy", 1, ""},
		{"val_loss", 0, "early_stopping: monitor: val_loss wants validation, and there is none"},
		{"auc", 1, `early_stopping: monitor: wanted one of loss, accuracy, val_loss, val_accuracy, found "auc"`},
	} {
		s := EarlyStopping{Monitor: c.monitor}
		err := s.Callback().TrainBegin(Plan{ValidationSamples: c.validation})
		if c.want == "" && err != nil || c.want != "" && (fault.KindOf(err) != fault.Config || err.Error() != c.want) {
			t.Errorf("%s: %v, want %s", c.monitor, err, c.want)
		}
	}
	nan := math.NaN()
	for _, c := range []struct {
		monitor            string
		value, best, delta float64
		want               bool
	}{
		{"loss", 1, nan, 0, true}, {"loss", nan, 1, 0, false}, {"loss", 1, 1, 0, false}, {"loss", 0.9, 1, 0.05, true},
		{"loss", 0.95, 1, 0.1, false}, {"loss", 0.9, 1, -0.2, false}, {"val_accuracy", 0.9, 0.8, 0, true},
		{"val_accuracy", 0.9, 0.8, 0.2, false}, {"accuracy", 0.8, 0.8, 0, false},
	} {
		if got := better(c.monitor, c.value, c.best, c.delta); got != c.want {
			t.Errorf("%s: %v better than %v by %v: %v", c.monitor, c.value, c.best, c.delta, got)
		}
	}
}

// Figures are float32 values, and float32(0.9) is less than 0.9.
func TestTargetIsReachedExactly(t *testing.T) {
	if err := Target("accuracy", 0.9).EpochEnd(history.Epoch{Accuracy: float64(float32(0.9))}); err == nil {
		t.Error("0.9 is not as good as 0.9")
	}
}

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		monitor string
		value   float64
		epoch   history.Epoch
		want    bool
	}{
		{"accuracy", 0.9, history.Epoch{Accuracy: 0.9}, true},
		{"accuracy", 0.9, history.Epoch{Accuracy: 0.8999}, false},
		{"val_accuracy", 0.9, history.Epoch{Accuracy: 1, ValAccuracy: 0.5}, false},
		{"loss", 0.1, history.Epoch{Loss: 0.1}, true},
		{"loss", 0.1, history.Epoch{Loss: 0.11}, false},
		{"loss", 0.1, history.Epoch{Loss: math.NaN()}, false},
	} {
		if got := Target(c.monitor, c.value).EpochEnd(c.epoch) != nil; got != c.want {
			t.Errorf("%s %v by %+v: %v", c.monitor, c.value, c.epoch, got)
		}
	}
}

func TestModelCheckpoint(t *testing.T) {
	var saved []string
	c := ModelCheckpoint("loss", func(h history.Epochs) error {
		saved = append(saved, fmt.Sprint(len(h), h[len(h)-1].Loss))
		return nil
	})
	for i, loss := range []float64{3, 2, 2, 1, 5, 0.5} {
		if err := c.EpochEnd(history.Epoch{Epoch: i + 1, Loss: loss}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"1 3", "2 2", "4 1", "6 0.5"}; !slices.Equal(saved, want) {
		t.Errorf("saved after %v, want %v", saved, want)
	}
	saved = nil
	if err := c.Resume(history.Epochs{{Epoch: 1, Loss: 0.4}, {Epoch: 2, Loss: 0.6}}, State{}); err != nil { // of a run that goes on
		t.Fatal(err)
	}
	for _, loss := range []float64{0.45, 0.3} {
		if err := c.EpochEnd(history.Epoch{Loss: loss}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"10 0.3"}; !slices.Equal(saved, want) {
		t.Errorf("saved after %v, want %v", saved, want)
	}
	broken := errors.New("broken")
	if err := ModelCheckpoint("loss", func(history.Epochs) error { return broken }).EpochEnd(history.Epoch{}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// The learning rates of a run are its schedule's, and an epoch has that of its last step.
func TestScheduleOfARun(t *testing.T) {
	r, spy := testRun(t, 12, 5, 2)
	r.Schedule = Polynomial{Initial: 1, DecaySteps: 10, Power: 1}
	epochs, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range spy.rates {
		if rate != r.Schedule.Rate(i) {
			t.Errorf("rates %v", spy.rates)
		}
	}
	if epochs[0].LearningRate != spy.rates[2] || epochs[1].LearningRate != spy.rates[5] {
		t.Errorf("epochs %+v of rates %v", epochs, spy.rates)
	}
}

// An optimizer that averages: validation and the model in the end are the average's, the steps go on from the weights.
func TestAverage(t *testing.T) {
	spec := optimizer.Default("sgd")
	spec.UseEMA, spec.EMAMomentum = true, 0.5
	run := func(n int) (*Run, history.Epochs, *optimizer.Average) {
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
		t.Errorf("the model's loss is %v, that of validation was %v", loss, epochs[2].ValLoss)
	}
	average.Swap()
	if !slices.Equal(got, weights(r.Model)) {
		t.Error("the model is not the average")
	}
	plain, _ := testRun(t, 12, 5, 3)
	again, err := plain.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range epochs { // training itself does not see the average
		if epochs[i].Loss != again[i].Loss {
			t.Errorf("epoch %d: loss %v, without averaging %v", i+1, epochs[i].Loss, again[i].Loss)
		}
	}
}

func TestJSONLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	c := JSONLines(path)
	if err := c.TrainBegin(Plan{}); err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, e := range []struct {
		epoch history.Epoch
		line  string
	}{
		{history.Epoch{Epoch: 1, Seconds: 0.0625, Loss: float64(float32(0.3)), Accuracy: 0.5, Validated: true, ValLoss: 1e-7, ValAccuracy: 1, LearningRate: 0.001},
			`{"epoch":1,"epoch_s":0.0625,"loss":0.30000001192092896,"accuracy":0.5,"val_loss":1e-07,"val_accuracy":1,"learning_rate":0.001}`},
		{history.Epoch{Epoch: 2, Loss: math.Inf(1)}, `{"epoch":2,"epoch_s":0,"loss":"+Inf","accuracy":0,"learning_rate":0}`},
	} {
		if err := c.EpochEnd(e.epoch); err != nil {
			t.Fatal(err)
		}
		want += e.line + "\n"
		if got := read(t, path); got != want {
			t.Errorf("after epoch %d:\n%swant:\n%s", e.epoch.Epoch, got, want)
		}
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
}

// A run that goes on writes the epochs before it again: once each, whatever the file had.
func TestCSVResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("of a run that was ahead"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewCSV(path).Callback()
	if err := c.Resume(history.Epochs{{Epoch: 1}, {Epoch: 2}}, State{}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochEnd(history.Epoch{Epoch: 3}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path+".part"); got != history.CSVHeader+"1,0,0,0,,,0\n2,0,0,0,,,0\n3,0,0,0,,,0\n" {
		t.Errorf("file\n%s", got)
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
	o := LRFindOptions{From: 1e-4, To: 1e3, Steps: 50, Beta: 0.9, Diverged: 4}
	var heard []LRPoint
	o.StepEnd = func(step int, p LRPoint) {
		if heard = append(heard, p); step != len(heard) {
			t.Errorf("step %d as number %d", step, len(heard))
		}
	}
	points, err := LRFind(t.Context(), r, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(points, heard) {
		t.Errorf("heard of %v, returned %v", heard, points)
	}
	if !slices.Equal(before, weights(r.Model)) || state != fmt.Sprint(optimizer.Counters(), optimizer.State()[0].Floats()) {
		t.Error("it changes the model or the optimizer")
	}
	if len(points) < 10 || len(points) == o.Steps {
		t.Errorf("%d of %d points: wanted it to stop where it diverges", len(points), o.Steps)
	}
	if points[0].Rate != 1e-4 || points[0].Smoothed != points[0].Loss {
		t.Errorf("the first point is %+v", points[0])
	}
	for i := 1; i < len(points); i++ {
		if ratio := points[i].Rate / points[i-1].Rate; math.Abs(ratio/math.Pow(1e7, 1.0/49)-1) > 1e-9 {
			t.Fatalf("rates %v and %v follow one another", points[i-1].Rate, points[i].Rate)
		}
	}
	if last := points[len(points)-1]; !(last.Smoothed > 4*slices.MinFunc(points, bySmoothed).Smoothed) {
		t.Errorf("stopped at %+v", last)
	}
	for i := range r.Train.Floats {
		r.Train.Floats[i] = float32(math.NaN())
	}
	if _, err := LRFind(t.Context(), r, o); fault.KindOf(err) != fault.Diverged || !strings.HasPrefix(err.Error(), "range test: the loss diverges at once") {
		t.Errorf("error %v of kind %d", err, fault.KindOf(err))
	}
	if !slices.Equal(before, weights(r.Model)) {
		t.Error("it changes the model if it diverges")
	}
}

func bySmoothed(a, b LRPoint) int { return cmp.Compare(a.Smoothed, b.Smoothed) }

// A run that goes on and is stopped before the end of an epoch has a history nonetheless.
func TestCSVResumesAndStops(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("of an older model"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := NewCSV(path)
	c := file.Callback()
	if err := c.Resume(history.Epochs{{Epoch: 1}}, State{}); err != nil {
		t.Fatal(err)
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != history.CSVHeader+"1,0,0,0,,,0\n" {
		t.Errorf("file\n%s", got)
	}
}

func TestEnds(t *testing.T) {
	epochs := history.Epochs{{Epoch: 1, Loss: 1}, {Epoch: 2, Loss: 0.5}, {Epoch: 3, Loss: 0.7}, {Epoch: 4, Loss: 0.6}}
	early := func() Callback { return (&EarlyStopping{Monitor: "loss", Patience: 2}).Callback() }
	for _, test := range []struct {
		name   string
		c      Callback
		epochs int
		ends   bool
	}{
		{"patience at its end", early(), 4, true},
		{"patience left", early(), 3, false},
		{"no epoch", early(), 0, false},
		{"target reached", Target("loss", 0.5), 2, true},
		{"target reached long ago", Target("loss", 0.5), 4, false},
		{"target not reached", Target("loss", 0.1), 4, false},
		{"a figure that there is not", Target("val_loss", 0.5), 4, false},
	} {
		if got := Ends(test.c, Plan{}, epochs[:test.epochs]); got != test.ends {
			t.Errorf("%s: %v, wanted %v", test.name, got, test.ends)
		}
	}
}
