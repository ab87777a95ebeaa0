package evaluate_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"

	"dnn/internal/evaluate"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/report"
)

// TestEvaluate tests that a model has the same test result as at the end of its training, and that MinAccuracy is
// inclusive.
func TestEvaluate(t *testing.T) {
	experimenttest.Isolate(t)
	o := experimenttest.Options(experimenttest.Small(t), filepath.Join(t.TempDir(), "model.bin"))
	var end report.EndEvent
	o.Listener.End = func(e report.EndEvent) error { end = e; return nil }
	experimenttest.Train(t, o)
	var found report.Evaluation
	w := experimenttest.NewSystem()
	e := evaluate.Options{Models: []string{end.Model}}
	e.Listener.Evaluated = func(e report.Evaluation) error { found = e; return nil }
	if err := evaluate.Run(t.Context(), &w.System, e); err != nil {
		t.Fatal(err)
	}
	if found.Samples != 12 || found.Loss != end.TestLoss || found.Accuracy != end.TestAccuracy {
		t.Errorf("wanted the result after training %+v, found %+v", end, found)
	}
	next := float64(math.Nextafter32(found.Accuracy, 2))
	exactly := float64(found.Accuracy)
	for _, exact := range []float64{exactly, (exactly*3 + next) / 4} { // equal as float32
		e.MinAccuracy = exact
		if err := evaluate.Run(t.Context(), &w.System, e); err != nil {
			t.Errorf("wanted the minimum %v reached, found %v", exact, err)
		}
	}
	e.MinAccuracy = next
	if err := evaluate.Run(t.Context(), &w.System, e); fault.KindOf(err) != fault.BelowMinimum {
		t.Errorf("wanted the minimum %v missed, found %v", next, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := evaluate.Run(stopped, &w.System, e); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before it began: wanted %v, found %v", context.Canceled, err)
	}
	if w.Out.Len() > 0 {
		t.Errorf("without a listener: wanted no output, found %q", &w.Out)
	}
}
