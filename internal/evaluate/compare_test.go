package evaluate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/compare"
	"dnn/internal/evaluate"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/modelfile"
)

// TestCompare compares models that a function of the caller reads, and writes nothing once it is stopped.
func TestCompare(t *testing.T) {
	experimenttest.Isolate(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "a.bin")
	experimenttest.Train(t, experimenttest.Options(experimenttest.Small(t), path))
	w := experimenttest.NewSystem()
	elsewhere := filepath.Join(folder, "elsewhere.bin")
	m, err := modelfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Config, m.DataHash, m.Dataset = nil, "", "" // as of another program
	if _, err := modelfile.Write(elsewhere, m); err != nil {
		t.Fatal(err)
	}
	o := evaluate.CompareOptions{
		Models: []string{path, elsewhere}, Tolerance: 4e-6, Same: true, Report: filepath.Join(folder, "page.html"),
	}
	var found compare.Report
	o.Listener.Compared = func(r compare.Report) error { found = r; return nil }

	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := evaluate.Compare(stopped, &w.System, o); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before it began: wanted %v, found %v", context.Canceled, err)
	}
	if _, err := os.Stat(o.Report); err == nil || found.Samples > 0 {
		t.Error("wanted neither a page nor a result, found one")
	}
	if err := evaluate.Compare(t.Context(), &w.System, o); err != nil {
		t.Fatal(err)
	}
	if len(found.Comparisons) != 1 || !found.Comparisons[0].Same || found.Samples != 12 {
		t.Errorf("wanted the same function on 12 samples, found %+v", found)
	}
	if w.Out.Len() > 0 || !strings.HasPrefix(w.Err.String(), "wrote ") {
		t.Errorf("wanted no output without a listener for it, found %q, %q", &w.Out, &w.Err)
	}
	const broken = "the result cannot be told"
	o.Listener.Compared = func(compare.Report) error { return errors.New(broken) }
	if err := evaluate.Compare(t.Context(), &w.System, o); err == nil || err.Error() != broken {
		t.Errorf("wanted the listener's error, found %v", err)
	}
}
