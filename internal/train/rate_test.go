package train_test

import (
	"reflect"
	"testing"

	"dnn/internal/history"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train"
)

// turn makes a person change the rate after steps 3 and 9 of a run.
func (w *resumable) turn() {
	epoch := 0
	w.Callbacks = append(w.Callbacks, train.Callback{
		EpochBegin: func(e int) error { epoch = e; return nil },
		StepEnd: func(s train.Step) error {
			switch (epoch-1)*resumeSteps + s.Step {
			case 3:
				w.MultiplyRate(0.5)
			case 9:
				w.MultiplyRate(0.25)
			}
			return nil
		},
	})
}

// A run whose rate a person changes says so, and goes on from any of its checkpoints with the rate that it had.
func TestRateByHand(t *testing.T) {
	spec := optimizer.Default("sgd")
	run := func(turned bool) (*resumable, string) {
		w := newResumable(t, spec, t.TempDir())
		if turned {
			w.turn()
		}
		h, err := w.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		result := w.outcome(t, h)
		return w, result
	}
	turned, want := run(true)
	changes := history.RateChanges{{Step: 3, Factor: 0.5}, {Step: 9, Factor: 0.25}}
	if !reflect.DeepEqual(turned.RateChanges, changes) {
		t.Fatalf("wanted the changes %v, found %v", changes, turned.RateChanges)
	}
	plain, other := run(false)
	if plain.RateChanges != nil || other == want {
		t.Errorf("without a change: found %v, and the same result: %t", plain.RateChanges, other == want)
	}
	for _, stop := range []int{2, 3, 4, 8, 9, 10, 12, 15} {
		folder := t.TempDir()
		w := newResumable(t, spec, folder)
		w.turn()
		w.stopAfter(t, stop)
		w = newResumable(t, spec, folder)
		if stop < 9 {
			w.turn() // a person does again what comes later
		}
		w.resume(t)
		h, err := w.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := w.outcome(t, h); got != want {
			t.Errorf("stopped after step %d: wanted\n%s, found\n%s", stop, want, got)
		}
		if !reflect.DeepEqual(w.RateChanges, changes) {
			t.Errorf("stopped after step %d: wanted the changes %v, found %v", stop, changes, w.RateChanges)
		}
	}
}

// A change that is taken back before the next step is none.
func TestRateTakenBack(t *testing.T) {
	w := newResumable(t, optimizer.Default("sgd"), t.TempDir())
	w.Callbacks = append(w.Callbacks, train.Callback{StepEnd: func(train.Step) error {
		w.MultiplyRate(0.5)
		w.MultiplyRate(1)
		return nil
	}})
	if _, err := w.Do(t.Context()); err != nil || w.RateChanges != nil {
		t.Errorf("wanted no change, found %v, %v", w.RateChanges, err)
	}
}
