package seeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/config"
	"dnn/internal/evaluate"
	"dnn/internal/experiment"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/world"
)

// newSystem returns an outside world whose output a test can read.
func newSystem() (s *world.System, stdout, stderr *bytes.Buffer) {
	w := experimenttest.NewSystem()
	return &w.System, &w.Out, &w.Err
}

// write writes a table and an experiment on it with these lines, and returns a function that makes the options of a run
// which writes its model to a file in a folder of the test.
func write(t *testing.T, lines string) func(output string, flags ...string) experiment.Options {
	t.Helper()
	folder := t.TempDir()
	path := experimenttest.Write(t, folder, "batch_size: 8\n"+lines+"\n")
	return func(output string, flags ...string) experiment.Options {
		o := experiment.Options{Config: path, NoHistory: true, NoPicture: true}
		o.Flags = []config.Flag{{Name: "-o", Key: "output", Value: filepath.Join(folder, output)}}
		for _, f := range flags {
			key, value, _ := strings.Cut(f, "=")
			o.Flags = append(o.Flags, config.Flag{Name: "--set", Key: key, Value: value})
		}
		return o
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestSameBytesAsAlone: with everything that can depend on a seed, or be shared by mistake, the model of each seed is
// that of its run alone, and the best is the one that its own file says is best.
func TestSameBytesAsAlone(t *testing.T) {
	options := write(t, "epochs: 12\nvalidation: stratified\nvalidation_split: 0.3\n"+
		"layers: [6, {dropout: 0.3}, batch_normalization]\n"+
		"early_stopping: {patience: 1, restore_best_weights: true}\nreduce_lr_on_plateau: {patience: 1}\n"+
		"optimizer: {name: adam, use_ema: true}\n")
	o := options("many.bin", "seed=5", "seeds=6", "threads=3")
	s, _, stderr := newSystem()
	var told report.Seeds
	var order []uint64
	o.Listener = experiment.Listener{
		Seed:  func(s report.Seed) error { order = append(order, s.Seed); return nil },
		Seeds: func(s report.Seeds) error { told = s; return nil },
	}
	if err := Train(t.Context(), s, o); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if want := []uint64{5, 6, 7, 8, 9, 10}; !slices.Equal(order, want) {
		t.Errorf("told of the seeds %v, wanted %v", order, want)
	}
	folder := filepath.Dir(o.Flags[0].Value)
	lowest := math.Inf(1)
	var best uint64
	for i, one := range told.List {
		alone := options("alone.bin", "seed="+strconv.FormatUint(one.Seed, 10))
		var end report.EndEvent
		alone.Listener.End = func(e report.EndEvent) error { end = e; return nil }
		if err := experiment.Train(t.Context(), s, alone); err != nil {
			t.Fatal(err)
		}
		bin := read(t, filepath.Join(folder, "alone.bin"))
		if !bytes.Equal(bin, read(t, one.Model)) {
			t.Errorf("seed %d: another model than alone", one.Seed)
		}
		if end.TestLoss != one.TestLoss || end.TestAccuracy != one.TestAccuracy || end.SHA256 != one.SHA256 {
			t.Errorf("seed %d: found %+v, alone %+v", one.Seed, one, end)
		}
		// Of a model with restored weights, another evaluation knows the metrics of validation.
		var evaluated report.Evaluation
		err := evaluate.Run(t.Context(), s, evaluate.Options{
			Models: []string{one.Model}, Split: "validation",
			Listener: experiment.Listener{Evaluated: func(e report.Evaluation) error { evaluated = e; return nil }},
		})
		if err != nil || evaluated.Loss != one.ValLoss || evaluated.Accuracy != one.ValAccuracy {
			t.Errorf("seed %d: validation %v, %v, evaluated %+v, %v", one.Seed, one.ValLoss, one.ValAccuracy, evaluated, err)
		}
		if float64(one.ValLoss) < lowest {
			lowest, best = float64(one.ValLoss), told.List[i].Seed
		}
	}
	model, err := modelfile.Read(o.Flags[0].Value)
	if err != nil || told.Best == nil || told.Best.Seed != best || model.Seed != best || model.SHA256 != told.Best.SHA256 {
		t.Errorf("the best is %+v, wanted seed %d, %v", told.Best, best, err)
	}
}

// TestGoesOn: a call that was stopped goes on, to the same table. A run may be so late to be told that all after it are
// finished by then: the last model is removed.
func TestGoesOn(t *testing.T) {
	options := write(t, "epochs: 3\nlayers: [6]")
	s, _, stderr := newSystem()
	other := options("other.bin", "seeds=8", "threads=1")
	if err := Train(t.Context(), s, other); err != nil {
		t.Fatal(err)
	}
	whole := read(t, filepath.Join(filepath.Dir(other.Flags[0].Value), "other.seeds", "table.csv"))
	for _, threads := range []int{1, 2} {
		o := options(fmt.Sprintf("%d.bin", threads), "seeds=8", fmt.Sprintf("threads=%d", threads))
		ctx, stop := context.WithCancelCause(t.Context())
		enough := fault.New(fault.Interrupted, "", "enough")
		o.Listener.Seed = func(s report.Seed) error {
			if s.Seed == 3 {
				stop(enough)
			}
			return nil
		}
		stderr.Reset()
		if err := Train(ctx, s, o); !errors.Is(err, enough) {
			t.Fatalf("%d threads: stopped with %v", threads, err)
		}
		if !strings.Contains(stderr.String(), " of 8 seeds are finished, in ") {
			t.Errorf("%d threads: printed %q", threads, stderr)
		}
		folder := strings.TrimSuffix(o.Flags[0].Value, ".bin") + ".seeds"
		table := filepath.Join(folder, "table.csv")
		if _, err := os.Stat(table); err == nil {
			t.Errorf("%d threads: a stopped call has left a table", threads)
		}
		if err := os.Remove(filepath.Join(folder, "seed-8.bin")); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		before := 0
		o.Listener.Seed = func(s report.Seed) error {
			if s.Before {
				before++
			}
			return nil
		}
		if err := Train(t.Context(), s, o); err != nil || before < 3 || before > 7 {
			t.Errorf("%d threads: %d seeds were finished before, wanted 3 to 7, %v", threads, before, err)
		}
		if !bytes.Equal(read(t, table), whole) {
			t.Errorf("%d threads: the table of a call that was stopped differs", threads)
		}
	}
}

// TestPlan: runs go side by side as far as threads and memory allow.
func TestPlan(t *testing.T) {
	s, _, _ := newSystem()
	p, err := experiment.Prepare(t.Context(), s, write(t, "epochs: 1\nlayers: [6]")("a.bin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		runs, threads int
		memory        float64 // in runs; 0: unknown
		want          plan
	}{
		{20, 4, 0, plan{4, 1, 8}}, {3, 8, 0, plan{3, 2, 16}}, {2, 2, 0, plan{2, 1, 4}}, {20, 1, 0, plan{1, 1, 2}},
		{20, 8, 2.5, plan{2, 4, 2}}, {20, 8, 0.5, plan{1, 8, 1}}, {20, 8, 100, plan{8, 1, 16}}, {20, 8, 10, plan{8, 1, 10}},
	} {
		s.Memory = func() (uint64, bool) { return uint64(c.memory * p.Bytes()), c.memory > 0 }
		if got := planFor(s, p, c.runs, c.threads); got != c.want {
			t.Errorf("%d runs, %d threads, memory for %v: %+v, wanted %+v", c.runs, c.threads, c.memory, got, c.want)
		}
	}
}

// TestBest: the lowest loss on validation; of equal ones the first; a NaN is never the best.
func TestBest(t *testing.T) {
	nan := float32(math.NaN())
	seed := func(loss float32) report.Seed { return report.Seed{Validated: true, ValLoss: loss} }
	for _, c := range []struct {
		losses []float32
		want   int
	}{{[]float32{3, 1, 2}, 1}, {[]float32{1, 1}, 0}, {[]float32{nan, 2, 1}, 2}, {[]float32{2, nan}, 0}, {[]float32{nan, nan}, 0}} {
		var all []report.Seed
		for i, loss := range c.losses {
			all = append(all, seed(loss))
			all[i].Seed = uint64(i)
		}
		if one, by := best(all); int(one.Seed) != c.want || by != "val_loss" {
			t.Errorf("%v: %d by %q, wanted %d", c.losses, one.Seed, by, c.want)
		}
	}
	if one, by := best([]report.Seed{{Seed: 4}, {Seed: 5}}); one.Seed != 4 || by != "" {
		t.Errorf("without validation: %d by %q", one.Seed, by)
	}
}

// TestVerdicts are the sentences of each outcome.
func TestVerdicts(t *testing.T) {
	c := Comparison{Experiments: [2]string{"a.yaml", "b.yaml"}, Metric: "test_accuracy"}
	base := []float64{0.97, 0.972, 0.969, 0.971, 0.9705, 0.9695, 0.9712}
	plus := func(by ...float64) []float64 {
		moved := slices.Clone(base)
		for i := range moved {
			moved[i] += by[i%len(by)]
		}
		return moved
	}
	for _, row := range []struct {
		metric  string
		second  []float64
		verdict string
	}{
		{"test_accuracy", plus(0.002, 0.0021), "b.yaml is better than a.yaml: test accuracy +0.002043 +- 0.000094 after 7 seeds"},
		{"test_accuracy", plus(-0.002, -0.0021), "b.yaml is worse than a.yaml: test accuracy -0.002043 +- 0.000094 after 7 seeds"},
		{"test_loss", plus(-0.002, -0.0021), "b.yaml is better than a.yaml: test loss -0.002043 +- 0.000094 after 7 seeds"},
		{"test_accuracy", plus(0.002, -0.002), "b.yaml and a.yaml: no difference of test accuracy larger than 0.0040 found in 7 seeds"},
	} {
		c.Metric = row.metric
		c.look(base, row.second)
		if got := c.Verdict(); got != row.verdict {
			t.Errorf("found %q, wanted %q", got, row.verdict)
		}
	}
	c.look(base[:3], base[:3])
	if c.Difference != nil || c.Outcome != Unknown {
		t.Errorf("after 3 seeds: %+v", c)
	}
}
