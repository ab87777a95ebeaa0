package callback

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// loggedRun returns a run of 3 epochs of 3 steps that logs its learning rate to path. The rate falls from step to step,
// and a Plateau halves it after the second epoch.
func loggedRun(t *testing.T, path, interval string) (*train.Run, *spy) {
	t.Helper()
	r, spy := testRun(t, 12, 5, 3)
	r.Schedule = (&schedule.Polynomial{Power: 1}).For(schedule.Run{Rate: 0.5, Epochs: 10, Steps: 1})
	for _, k := range []Kind{
		// The log comes before the Plateau and must have the reduced rates all the same.
		&LearningRateLog{File: path, Interval: interval},
		&Plateau{Monitor: "accuracy", Factor: 0.5, Patience: 1, MinDelta: 2},
	} {
		k.Add(r)
	}
	return r, spy
}

// rows returns the file that such a run should write, given the rates of its steps.
func rows(interval string, rates []float64) string {
	text := "step,epoch,learning_rate\n"
	for i, rate := range rates {
		if interval == stepInterval || i%3 == 2 {
			text += fmt.Sprintf("%d,%d,%v\n", i+1, i/3+1, rate)
		}
	}
	return text
}

func TestLearningRateLog(t *testing.T) {
	for _, interval := range []string{"epoch", "step"} {
		path := filepath.Join(t.TempDir(), "lr.csv")
		const older = "of an older run"
		if err := os.WriteFile(path, []byte(older), 0o600); err != nil {
			t.Fatal(err)
		}
		r, spy := loggedRun(t, path, interval)
		var seen []string
		r.Callbacks = append(r.Callbacks, train.Callback{
			EpochBegin: func(int) error { seen = append(seen, read(t, path)); return nil },
		})
		if _, err := r.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := read(t, path), rows(interval, spy.rates); got != want {
			t.Errorf("%s: wanted\n%sfound\n%s", interval, want, got)
		}
		want := []string{older, rows(interval, spy.rates[:3]), rows(interval, spy.rates[:6])}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("%s: wanted %q at the beginnings of epochs, found %q", interval, want, seen)
		}
		if spy.rates[6] >= spy.rates[5]/1.9 || spy.rates[5] < spy.rates[4]/1.9 {
			t.Errorf("wanted the rate halved after the second epoch only, found %v", spy.rates)
		}
	}
}

// stopAfter runs until the given number of further steps is taken.
func stopAfter(t *testing.T, r *train.Run, steps int) {
	t.Helper()
	stopped := errors.New("stopped by a test")
	ctx, cancel := context.WithCancelCause(t.Context())
	r.Callbacks = append(r.Callbacks, train.Callback{
		TrainBegin: func(train.Plan) error {
			if steps == 0 {
				cancel(stopped)
			}
			return nil
		},
		StepEnd: func(train.Step) error {
			if steps--; steps == 0 {
				cancel(stopped)
			}
			return nil
		},
	})
	if _, err := r.Do(ctx); !errors.Is(err, stopped) {
		t.Fatalf("wanted the run stopped by the test, found %v", err)
	}
}

// A run that is stopped after any step leaves complete lines for the steps that it has taken. After it resumes, the
// file is that of an uninterrupted run, even if the old file was damaged or had the other interval.
func TestLearningRateLogResumes(t *testing.T) {
	for _, interval := range []string{"epoch", "step"} {
		for at := range 9 {
			folder := t.TempDir()
			path := filepath.Join(folder, "lr.csv")
			start := func(path, interval string) (*train.Run, *spy) {
				r, spy := loggedRun(t, path, interval)
				r.Checkpoints = &train.Checkpoints{Path: filepath.Join(folder, "ckpt")}
				return r, spy
			}
			first, taken := start(path, interval)
			stopAfter(t, first, at)
			want := rows(interval, taken.rates)
			if written := interval == stepInterval && at > 0 || at >= 3; written && read(t, path) != want {
				t.Errorf("%s, stopped after %d steps: wanted\n%sfound\n%s", interval, at, want, read(t, path))
			} else if _, err := os.Stat(path); !written && err == nil {
				t.Errorf("%s, stopped after %d steps: wanted no file, found one", interval, at)
			}
			resume := func(r *train.Run) {
				from, _, err := r.Checkpoints.Latest()
				if err != nil || from == nil {
					t.Fatalf("wanted a checkpoint, found none: %v", err)
				}
				r.From = from
			}
			if at%3 == 1 { // resume and stop once more, before any step
				again, _ := start(path, interval)
				resume(again)
				stopAfter(t, again, 0)
				if got := rows(interval, taken.rates); (interval == stepInterval || at > 3) && read(t, path) != got {
					t.Errorf("%s, stopped twice after %d steps: wanted\n%sfound\n%s", interval, at, got, read(t, path))
				}
			}
			if at%2 == 0 { // damage the file
				if err := os.WriteFile(path, []byte("1,1,"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, other := range []string{interval, "step"} { // the interval may change when a run resumes
				path := path
				if other != interval {
					path += ".other"
				}
				last, rest := start(path, other)
				resume(last)
				if _, err := last.Do(t.Context()); err != nil {
					t.Fatal(err)
				}
				all := append(append([]float64{}, taken.rates...), rest.rates...)
				if got, want := read(t, path), rows(other, all); got != want || len(all) != 9 {
					t.Errorf("%s, resumed after %d steps: wanted\n%sfound\n%s", other, at, want, got)
				}
			}
		}
	}
}

func TestLearningRateLogUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no folder", "lr.csv")
	log := &LearningRateLog{File: path}
	r, spy := loggedRun(t, path, "step")
	_, err := r.Do(t.Context())
	for _, err := range []error{err, log.Probe()} {
		wanted := path + ": cannot write: there is no folder " + filepath.Dir(path)
		if fault.KindOf(err) != fault.Write || err.Error() != wanted {
			t.Errorf("wanted %s, found %v of kind %d", wanted, err, fault.KindOf(err))
		}
	}
	if len(spy.rates) > 0 {
		t.Errorf("wanted an error before the first step, found %d steps", len(spy.rates))
	}
	if log.Path() != path {
		t.Errorf("wanted the path %s, found %s", path, log.Path())
	}
	if runtime.GOOS != "linux" {
		return // there is no /dev/full
	}
	c := callbackOf(&LearningRateLog{File: "/dev/full", Interval: "epoch"})
	if err := c.EpochEnd(history.Epoch{Epoch: 1}); fault.KindOf(err) != fault.Write {
		t.Errorf("a full disk: wanted an error of kind %d, found %v of kind %d", fault.Write, err, fault.KindOf(err))
	}
}

// In a long epoch, lines are written before its end.
func TestLearningRateLogOfALongEpoch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lr.csv")
	c := callbackOf(&LearningRateLog{File: path, Interval: "step"})
	const steps = 10_000
	if err := c.TrainBegin(train.Plan{Steps: steps}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochBegin(1); err != nil {
		t.Fatal(err)
	}
	for step := range steps {
		if err := c.StepEnd(train.Step{Step: step + 1, LearningRate: 0.001}); err != nil {
			t.Fatal(err)
		}
	}
	if text := read(t, path); len(text) < mostWaiting || text[len(text)-1] != '\n' {
		t.Errorf("wanted complete lines of %d bytes or more, found %d", mostWaiting, len(text))
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
}
