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

// loggedRun returns a run of 3 epochs of 3 steps, whose rate falls from step to step and whose plateau halves it after
// the second epoch, with a log at path.
func loggedRun(t *testing.T, path, interval string) (*train.Run, *spy) {
	t.Helper()
	r, spy := testRun(t, 12, 5, 3)
	r.Schedule = (&schedule.Polynomial{Power: 1}).For(schedule.Run{Rate: 0.5, Epochs: 10, Steps: 1})
	for _, k := range []Kind{
		&LearningRateLog{File: path, Interval: interval}, // before the plateau, whose rates it has nonetheless
		&Plateau{Monitor: "accuracy", Factor: 0.5, Patience: 1, MinDelta: 2},
	} {
		k.Add(r)
	}
	return r, spy
}

// rows is the file of such a run, given the rates of its steps.
func rows(interval string, rates []float64) string {
	text := "step,epoch,learning_rate\n"
	for i, rate := range rates {
		if interval == perStep || i%3 == 2 {
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
		if got, want := read(t, path), rows(interval, spy.steps); got != want {
			t.Errorf("%s: found\n%swanted\n%s", interval, got, want)
		}
		if want := []string{older, rows(interval, spy.steps[:3]), rows(interval, spy.steps[:6])}; fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("%s: wanted each epoch as it happens, found %q", interval, seen)
		}
		if spy.steps[6] >= spy.steps[5]/1.9 || spy.steps[5] < spy.steps[4]/1.9 { // or the test shows less than it should
			t.Errorf("the plateau gave the rates %v", spy.steps)
		}
	}
}

// stopAfter runs until so many more steps are taken.
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
		t.Fatalf("stopped after %d steps: %v", steps, err)
	}
}

// A run that is stopped after any step leaves whole lines, of the steps that it has taken. One that goes on has the
// file of one that was not stopped, also if the old file is lost, or is of the other interval.
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
			want := rows(interval, taken.steps)
			if written := interval == perStep && at > 0 || at >= 3; written && read(t, path) != want {
				t.Errorf("%s, stopped after %d steps: found\n%swanted\n%s", interval, at, read(t, path), want)
			} else if _, err := os.Stat(path); !written && err == nil {
				t.Errorf("%s, stopped after %d steps: wanted no file", interval, at)
			}
			resume := func(r *train.Run) {
				from, _, err := r.Checkpoints.Latest()
				if err != nil || from == nil {
					t.Fatalf("no checkpoint: %v", err)
				}
				r.From = from
			}
			if at%3 == 1 { // and once more, at once
				again, _ := start(path, interval)
				resume(again)
				stopAfter(t, again, 0)
				if got := rows(interval, taken.steps); (interval == perStep || at > 3) && read(t, path) != got {
					t.Errorf("%s, stopped twice after %d steps: found\n%swanted\n%s", interval, at, read(t, path), got)
				}
			}
			if at%2 == 0 { // whatever has become of the file
				if err := os.WriteFile(path, []byte("1,1,"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, other := range []string{interval, "step"} { // a run may keep another log than before
				path := path
				if other != interval {
					path += ".other"
				}
				last, rest := start(path, other)
				resume(last)
				if _, err := last.Do(t.Context()); err != nil {
					t.Fatal(err)
				}
				all := append(append([]float64{}, taken.steps...), rest.steps...)
				if got, want := read(t, path), rows(other, all); got != want || len(all) != 9 {
					t.Errorf("%s, stopped after %d steps, went on: found\n%swanted\n%s", other, at, got, want)
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
		if fault.KindOf(err) != fault.Write || err.Error() != path+": cannot write: there is no folder "+filepath.Dir(path) {
			t.Errorf("error %v of kind %d", err, fault.KindOf(err))
		}
	}
	if len(spy.steps) > 0 {
		t.Errorf("%d steps before the first line was to be written", len(spy.steps))
	}
	if log.Path() != path {
		t.Errorf("path %s", log.Path())
	}
	if runtime.GOOS != "linux" {
		return // there is no /dev/full
	}
	c := callbackOf(&LearningRateLog{File: "/dev/full", Interval: "epoch"})
	if err := c.EpochEnd(history.Epoch{Epoch: 1}); fault.KindOf(err) != fault.Write {
		t.Errorf("a full disk: error %v of kind %d", err, fault.KindOf(err))
	}
}

// Lines of steps do not all wait for the end of an epoch.
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
		t.Errorf("wanted whole lines of %d bytes or more, found %d", mostWaiting, len(text))
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
}
