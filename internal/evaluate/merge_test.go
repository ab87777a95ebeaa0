package evaluate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/evaluate"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/report"
)

// TestMerge tests that a merged model has the test result of its parts together, and that neither is made if there is
// too little memory for it.
func TestMerge(t *testing.T) {
	experimenttest.Isolate(t)
	folder := t.TempDir()
	var models []string
	for _, units := range []string{"[6]", "[9]"} {
		models = append(models, filepath.Join(folder, units+".bin"))
		o := experimenttest.Options(experimenttest.Small(t), models[len(models)-1], experimenttest.Set("layers", units))
		experimenttest.Train(t, o)
	}
	w := experimenttest.NewSystem()
	test := func(models ...string) (found report.Evaluation, err error) {
		e := evaluate.Options{Models: models}
		e.Listener.Evaluated = func(e report.Evaluation) error { found = e; return nil }
		return found, evaluate.Run(t.Context(), &w.System, e)
	}
	o := evaluate.MergeOptions{Models: models, Output: filepath.Join(folder, "merged.bin")}
	units := 0
	o.Listener.Network = func(s report.Summary) error { units = s.Layers[0].OutputShape[0]; return nil }
	if err := evaluate.Merge(t.Context(), &w.System, o); err != nil || units != 15 {
		t.Fatalf("wanted 15 units, found %d, %v", units, err)
	}
	together, err := test(models...)
	if err != nil {
		t.Fatal(err)
	}
	found, err := test(o.Output)
	if err != nil || found.Loss != together.Loss || found.Accuracy != together.Accuracy || found.Samples != 12 {
		t.Errorf("wanted %+v of the merged model, found %+v, %v", together, found, err)
	}
	if w.Out.Len() > 0 {
		t.Errorf("wanted no output without a listener for it, found %q", &w.Out)
	}

	o.Output = filepath.Join(folder, "none.bin")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := evaluate.Merge(stopped, &w.System, o); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before it began: wanted %v, found %v", context.Canceled, err)
	}
	w.Memory = func() (uint64, bool) { return 500, true }
	const wanted = "the merged network: wanted about 0.0 GB of memory, found 0.0 GB"
	if err := evaluate.Merge(t.Context(), &w.System, o); fault.KindOf(err) != fault.Resources || err.Error() != wanted {
		t.Errorf("merge: wanted %q, found %v", wanted, err)
	}
	if _, err := test(models...); fault.KindOf(err) != fault.Resources {
		t.Errorf("eval: wanted %q, found %v", wanted, err)
	}
	if _, err := os.Stat(o.Output); err == nil {
		t.Error("wanted no file, found one")
	}
}
