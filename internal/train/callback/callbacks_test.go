package callback

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// callbackOf returns the callback of a kind in a run without a model.
func callbackOf(k Kind) train.Callback {
	run := train.Run{Schedule: schedule.Constant(1), Now: func() time.Time { return time.Unix(7, 0) }}
	k.Add(&run)
	return run.Callbacks[0]
}

func TestMonitors(t *testing.T) {
	e := history.Epoch{Loss: 1, Accuracy: 2, ValLoss: 3, ValAccuracy: 4}
	var got []float64
	for _, name := range history.Metrics() {
		got = append(got, e.Metric(name))
	}
	if !slices.Equal(got, []float64{1, 2, 3, 4}) {
		t.Errorf("wanted 1, 2, 3, 4 for %v, found %v", history.Metrics(), got)
	}
	for _, c := range []struct {
		monitor    string
		validation int
		want       string
	}{
		{"loss", 0, ""},
		{"val_accuracy", 1, ""},
		{"val_loss", 0, "early_stopping: monitor: val_loss needs validation data, and there is none"},
		{"auc", 1, `early_stopping: monitor: wanted one of loss, accuracy, val_loss, val_accuracy, found "auc"`},
	} {
		err := callbackOf(&EarlyStopping{Monitor: c.monitor}).TrainBegin(train.Plan{ValidationSamples: c.validation})
		if c.want == "" && err != nil || c.want != "" && (fault.KindOf(err) != fault.Config || err.Error() != c.want) {
			t.Errorf("%s: wanted %q, found %v", c.monitor, c.want, err)
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
			t.Errorf("%s: %v better than %v by %v: wanted %v, found %v",
				c.monitor, c.value, c.best, c.delta, c.want, got)
		}
	}
}

// Metrics are float32 values, and float32(0.9) is less than 0.9.
func TestTargetIsReachedExactly(t *testing.T) {
	target := callbackOf(&Target{Monitor: "accuracy", Value: 0.9})
	if err := target.EpochEnd(history.Epoch{Accuracy: float64(float32(0.9))}); err == nil {
		t.Error("wanted the target of 0.9 reached by 0.9, found it missed")
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
		if got := callbackOf(&Target{Monitor: c.monitor, Value: c.value}).EpochEnd(c.epoch) != nil; got != c.want {
			t.Errorf("%s %v reached by %+v: wanted %v, found %v", c.monitor, c.value, c.epoch, c.want, got)
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
		t.Errorf("wanted saves after %v, found %v", want, saved)
	}
	saved = nil
	before := history.Epochs{{Epoch: 1, Loss: 0.4}, {Epoch: 2, Loss: 0.6}}
	if err := c.Resume(before, train.State{}); err != nil {
		t.Fatal(err)
	}
	for _, loss := range []float64{0.45, 0.3} {
		if err := c.EpochEnd(history.Epoch{Loss: loss}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"10 0.3"}; !slices.Equal(saved, want) {
		t.Errorf("wanted saves after %v, found %v", want, saved)
	}
	broken := errors.New("broken")
	c = ModelCheckpoint("loss", func(history.Epochs) error { return broken })
	if err := c.EpochEnd(history.Epoch{}); !errors.Is(err, broken) {
		t.Errorf("wanted the error %v, found %v", broken, err)
	}
}

func TestJSONLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	c := callbackOf(&JSONLines{File: path})
	if err := c.TrainBegin(train.Plan{}); err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, e := range []struct {
		epoch history.Epoch
		line  string
	}{
		{
			history.Epoch{
				Epoch: 1, Seconds: 0.0625, Loss: float64(float32(0.3)), Accuracy: 0.5, LearningRate: 0.001,
				Validated: true, ValLoss: 1e-7, ValAccuracy: 1,
			},
			`{"epoch":1,"epoch_s":0.0625,"loss":0.30000001192092896,"accuracy":0.5,` +
				`"val_loss":1e-07,"val_accuracy":1,"learning_rate":0.001}`,
		},
		{history.Epoch{Epoch: 2, Loss: math.Inf(1)},
			`{"epoch":2,"epoch_s":0,"loss":"+Inf","accuracy":0,"learning_rate":0}`},
	} {
		if err := c.EpochEnd(e.epoch); err != nil {
			t.Fatal(err)
		}
		want += e.line + "\n"
		if got := read(t, path); got != want {
			t.Errorf("after epoch %d: wanted\n%sfound\n%s", e.epoch.Epoch, want, got)
		}
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
}

// A resumed run writes the earlier epochs again, each once, whatever the file contained.
func TestCSVResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("of a run that was ahead"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewCSV(path).Callback()
	if err := c.Resume(history.Epochs{{Epoch: 1}, {Epoch: 2}}, train.State{}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochEnd(history.Epoch{Epoch: 3}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path+".part"); got != history.CSVHeader+"1,0,0,0,,,0\n2,0,0,0,,,0\n3,0,0,0,,,0\n" {
		t.Errorf("wanted the epochs once each, found\n%s", got)
	}
}

// A resumed run that is stopped before the end of an epoch still has the history of the earlier ones.
func TestCSVResumesAndStops(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("of an older model"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := NewCSV(path)
	c := file.Callback()
	if err := c.Resume(history.Epochs{{Epoch: 1}}, train.State{}); err != nil {
		t.Fatal(err)
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != history.CSVHeader+"1,0,0,0,,,0\n" {
		t.Errorf("wanted the epochs once each, found\n%s", got)
	}
}

func TestEnds(t *testing.T) {
	epochs := history.Epochs{{Epoch: 1, Loss: 1}, {Epoch: 2, Loss: 0.5}, {Epoch: 3, Loss: 0.7}, {Epoch: 4, Loss: 0.6}}
	early := func() train.Callback { // restores nothing, since there is no model
		return callbackOf(&EarlyStopping{Monitor: "loss", Patience: 2, RestoreBestWeights: true})
	}
	for _, test := range []struct {
		name   string
		c      train.Callback
		epochs int
		ends   bool
	}{
		{"patience at its end", early(), 4, true},
		{"patience left", early(), 3, false},
		{"no epoch", early(), 0, false},
		{"target reached", callbackOf(&Target{Monitor: "loss", Value: 0.5}), 2, true},
		{"target reached long ago", callbackOf(&Target{Monitor: "loss", Value: 0.5}), 4, false},
		{"target not reached", callbackOf(&Target{Monitor: "loss", Value: 0.1}), 4, false},
		{"a metric that the run lacks", callbackOf(&Target{Monitor: "val_loss", Value: 0.5}), 4, false},
	} {
		if got := train.Ends(test.c, train.Plan{}, epochs[:test.epochs]); got != test.ends {
			t.Errorf("%s: wanted %v, found %v", test.name, test.ends, got)
		}
	}
}
