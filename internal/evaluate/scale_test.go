package evaluate_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/evaluate"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/modelfile"
	"dnn/internal/report"
)

// TestScale tests that a model whose network does not take pixels divided by 255, as those of other programs may be, gets
// what it takes: where it is tested, trained further, and as a teacher.
func TestScale(t *testing.T) {
	experimenttest.Isolate(t)
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("a,b,c,d,kind\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d,%d,%d,%d,%c\n", i*4, 255-i*3, i*i%256, i*7%256, 'a'+i/20)
	}
	config := experimenttest.WriteRows(t, folder, rows.String(), "image: [2, 2]", "layers: [6]\nepochs: 2\nbatch_size: 8\n")
	plain, whole := filepath.Join(folder, "plain.bin"), filepath.Join(folder, "whole.bin")
	experimenttest.Train(t, experimenttest.Options(config, plain))
	m, err := modelfile.Read(plain)
	if err == nil {
		_, err = modelfile.Write(whole, m.Rescaled(1)) // which takes pixels as they are
	}
	if err != nil {
		t.Fatal(err)
	}
	loss := func(model string) (loss float64) {
		w := experimenttest.NewSystem()
		e := evaluate.Options{Models: []string{model}}
		e.Listener.Evaluated = func(e report.Evaluation) error { loss = float64(e.Loss); return nil }
		if err := evaluate.Run(t.Context(), &w.System, e); err != nil {
			t.Fatal(err)
		}
		return loss
	}
	further := func(model string) string {
		o := experimenttest.Options(config, strings.TrimSuffix(model, ".bin")+".further.bin")
		o.From = model
		experimenttest.Train(t, o)
		return o.Flags[0].Value
	}
	taught := func(model string) string {
		output := strings.TrimSuffix(model, ".bin") + ".taught.bin"
		experimenttest.Train(t, experimenttest.Options(config, output, experimenttest.Set("distill.teacher", model)))
		return output
	}
	same := func(model string) string { return model }
	for what, path := range map[string]func(model string) string{"tested": same, "trained further": further, "a teacher": taught} {
		if wanted, found := loss(path(plain)), loss(path(whole)); math.Abs(wanted-found) > 1e-4 {
			t.Errorf("%s: wanted the loss %v, found %v", what, wanted, found)
		}
	}
}
