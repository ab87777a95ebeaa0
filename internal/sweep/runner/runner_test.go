package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dnn/internal/experiment"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
	"dnn/internal/world"
)

// newSystem returns an outside world whose output a test can read, with so much memory; 0: unknown.
func newSystem(memory uint64) (s *world.System, stdout, stderr *bytes.Buffer) {
	w := experimenttest.NewSystem()
	w.Memory = func() (uint64, bool) { return memory, memory > 0 }
	return &w.System, &w.Out, &w.Err
}

// write writes a table, an experiment on it and a sweep with these lines, and returns the sweep's path.
func write(t *testing.T, lines string) string {
	t.Helper()
	folder := t.TempDir()
	experimenttest.Write(t, folder, "batch_size: 8\nlayers: [6]\nepochs: 5\nvalidation_split: 0.25\n")
	path := filepath.Join(folder, "s.yaml")
	if err := os.WriteFile(path, []byte("base: t.yaml\n"+lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runSweep runs a sweep that must succeed, and returns the results of its points.
func runSweep(t *testing.T, o Options, memory uint64) []folder.Result {
	t.Helper()
	s, _, stderr := newSystem(memory)
	if err := Run(t.Context(), s, o); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	return results(t, o)
}

// results returns the results of a sweep, without times.
func results(t *testing.T, o Options) []folder.Result {
	t.Helper()
	path := o.Output
	if path == "" {
		path = folder.Default(o.Path)
	}
	f, err := folder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	all, damaged, err := f.Results()
	if err != nil || len(damaged) > 0 {
		t.Fatal(damaged, err)
	}
	for i := range all {
		all[i].Seconds = 0
	}
	return all
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const rates = "method: random\nrun_cap: 12\nseeds: 2\nparameters:\n" +
	"  optimizer.learning_rate: {distribution: log_uniform_values, min: 0.001, max: 0.1}\n" +
	"  layers: {values: [[4], [40, 40], [400]]}\n"

// TestSameResults: threads, memory and parts have no influence on what points give, also where a seed splits the data,
// and networks differ in size.
func TestSameResults(t *testing.T) {
	path := write(t, rates)
	want := runSweep(t, Options{Path: path, Threads: 1}, 0)
	if len(want) != 24 || want[23].Setting != 11 || want[23].Seed != 2 || want[0].Status != folder.Finished ||
		len(want[0].Curve) != 5 || want[0].Metrics["val_loss"] != want[0].Curve[4] || len(want[0].Model) != 64 {
		t.Fatalf("%+v", want)
	}
	for name, c := range map[string]struct {
		o      Options
		memory uint64
	}{
		"threads":       {Options{Threads: 7}, 0},
		"little memory": {Options{Threads: 7}, 1_500_000},
	} {
		c.o.Path, c.o.Output = path, filepath.Join(t.TempDir(), "other")
		if got := runSweep(t, c.o, c.memory); text(t, got) != text(t, want) {
			t.Errorf("%s: %s\nwanted %s", name, text(t, got), text(t, want))
		}
	}
}

// TestMemory: a point for which there is too little memory has no result, and the others have.
func TestMemory(t *testing.T) {
	path := write(t, "method: list\nlist: [{layers: [5]}, {layers: [60000, 60000]}, {layers: [6]}]\n")
	s, _, _ := newSystem(1e9)
	err := Run(t.Context(), s, Options{Path: path, Threads: 2})
	if fault.KindOf(err) != fault.Resources || !strings.Contains(err.Error(), "1 point need") {
		t.Errorf("%v", err)
	}
	if all := results(t, Options{Path: path}); len(all) != 2 || all[1].Point != 2 {
		t.Errorf("%+v", all)
	}
}

// TestMemoryBetween: a sweep whose points depend on others ends at one for which there is too little memory.
func TestMemoryBetween(t *testing.T) {
	early := "early_terminate: {type: hyperband, min_iter: 1, eta: 2}\n"
	for _, lines := range []string{
		"method: bayes\nrun_cap: 2\nparameters: {layers: {values: [[5], [60000, 60000]]}}\n",
		"method: list\nlist: [{layers: [5]}, {layers: [60000, 60000]}]\n" + early,
	} {
		s, _, _ := newSystem(1e9)
		err := Run(t.Context(), s, Options{Path: write(t, lines), Threads: 2})
		if fault.KindOf(err) != fault.Resources || !strings.Contains(err.Error(), "1 point need") {
			t.Errorf("%s%v", lines, err)
		}
	}
}

// TestStoppedStays: what early stopping has ended stays so, though with a larger run_cap it is among the best.
func TestStoppedStays(t *testing.T) {
	const lines = "method: grid\nrun_cap: 2\nearly_terminate: {type: hyperband, min_iter: 3, eta: 2}\n" +
		"parameters: {optimizer.learning_rate: {values: [0.1, 0.01, 0.0001]}}\n"
	path := write(t, lines)
	o := Options{Path: path, Threads: 2}
	runSweep(t, o, 0)
	text := strings.Replace("base: t.yaml\n"+lines, "run_cap: 2", "run_cap: 3", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all := runSweep(t, o, 0)
	want := []folder.Status{folder.Finished, folder.Stopped, folder.Stopped}
	for n, status := range want {
		if all[n].Status != status {
			t.Errorf("point %d is %s, wanted %s", n, all[n].Status, status)
		}
	}
}

// TestBayes: the points do not depend on what runs when, or on where it was stopped.
func TestBayes(t *testing.T) {
	path := write(t, strings.Replace(rates, "random", "bayes", 1))
	want := runSweep(t, Options{Path: path, Threads: 1, NoModels: true}, 0)
	o := Options{Path: path, Threads: 3, NoModels: true, Output: filepath.Join(t.TempDir(), "other")}
	ctx, stop := context.WithCancelCause(t.Context())
	enough := fault.New(fault.Interrupted, "", "enough")
	s, _, _ := newSystem(0)
	s.Stderr = &stopAfter{lines: 9, stop: func() { stop(enough) }}
	if err := Run(ctx, s, o); !errors.Is(err, enough) {
		t.Fatalf("stopped with %v", err)
	}
	if n := len(results(t, o)); n < 7 || n == 24 {
		t.Fatalf("stopped after %d points", n)
	}
	if got := runSweep(t, o, 0); text(t, got) != text(t, want) {
		t.Errorf("%s\nwanted %s", text(t, got), text(t, want))
	}
}

// stopAfter calls stop after some writes.
type stopAfter struct {
	lines int
	stop  func()
}

func (s *stopAfter) Write(p []byte) (int, error) {
	if s.lines--; s.lines == 0 {
		s.stop()
	}
	return len(p), nil
}

// TestTuner: a number of threads that is not faster is left; what was measured holds for networks of nearly that size.
func TestTuner(t *testing.T) {
	tuner := newTuner(8)
	tuner.best[6] = 2
	tuner.best[12] = 8
	for class, want := range map[int]int{0: 2, 6: 2, 8: 2, 9: 2, 10: 8, 30: 8} {
		if got := tuner.nearest(class); got != want {
			t.Errorf("class %d: %d threads, wanted %d", class, got, want)
		}
	}
	if got := newTuner(8); got.nearest(5) != 1 {
		t.Error("wanted one thread where nothing was measured")
	}
}

// TestShortSweeps: more threads are tried only where there is enough left to train with what that finds out.
func TestShortSweeps(t *testing.T) {
	s, _, _ := newSystem(0)
	now := time.Unix(0, 0)
	s.Now = func() time.Time { return now }
	r := &run{Options: Options{Path: write(t, rates), Threads: 2}, system: s}
	var err error
	if r.sweep, err = r.read(); err != nil {
		t.Fatal(err)
	}
	r.trials = experiment.NewPool(s, experiment.Options{})
	defer r.trials.Close()
	queue := make([]job, r.sweep.Points())
	total := 0.0
	for i := range queue {
		if queue[i].point, err = r.sweep.Point(i); err != nil {
			t.Fatal(err)
		}
		if err := r.prepare(&queue[i]); err != nil {
			t.Fatal(err)
		}
		total += queue[i].trial.Work()
	}
	for windows, goesOn := range map[float64]bool{19: false, 21: true} { // that the queue takes
		p := &pool{run: r, tuner: newTuner(2), queue: queue, active: []*active{{threads: 1}}}
		p.tuner.now = &measurement{}
		p.tuner.measure(p, 1)
		p.work.Add(uint64(total / windows))
		now = now.Add(window)
		p.decide()
		if p.tuner.measures() != goesOn || p.active[0].gate.Closed() != goesOn {
			t.Errorf("%v windows: goes on is %v, wanted %v", windows, p.tuner.measures(), goesOn)
		}
	}
}

// TestDryRun leaves nothing behind.
func TestDryRun(t *testing.T) {
	path := write(t, rates+"early_terminate: {type: hyperband, min_iter: 1, eta: 2}\n")
	s, stdout, _ := newSystem(0)
	if err := Run(t.Context(), s, Options{Path: path, Threads: 2, DryRun: true}); err != nil {
		t.Fatal(err)
	}
	want := "24 points: 12 settings, 2 seeds each; 0 have a result\n" +
		"early stopping after 1, 2 and 4 of 5 epochs: of 2, one goes on\n"
	last, ok := strings.CutPrefix(stdout.String(), want)
	if !ok || !strings.HasPrefix(last, "at most about ") && last != "less than a second on 2 threads\n" {
		t.Errorf("found %q, wanted %q", stdout, want)
	}
	if _, err := os.Stat(folder.Default(path)); err == nil {
		t.Error("left a folder")
	}
}

// TestChangedData: points of one folder learn from the same data, or their metrics could not be compared. Where the data
// set is a parameter, its file may change with it.
func TestChangedData(t *testing.T) {
	change := func(path string) {
		table := filepath.Join(filepath.Dir(path), "t.csv")
		text, err := os.ReadFile(table)
		if err == nil {
			err = os.WriteFile(table, append(text, text[bytes.LastIndexByte(text[:len(text)-1], '\n')+1:]...), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := write(t, "method: grid\nparameters: {layers: {values: [[4], [5]]}}\n")
	first := 0
	one := Options{Path: path, Index: &first}
	if found := runSweep(t, one, 0); len(found) != 1 {
		t.Fatalf("wanted one point, found %+v", found)
	}
	change(path)
	for _, dry := range []bool{true, false} {
		s, _, _ := newSystem(0)
		err := Run(t.Context(), s, Options{Path: path, DryRun: dry})
		if fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), "dataset: has changed since points of ") {
			t.Errorf("dry run %t: wanted that the data set has changed, found %v", dry, err)
		}
	}
	if found := results(t, Options{Path: path}); len(found) != 1 {
		t.Errorf("wanted the point that there was, found %+v", found)
	}
	path = write(t, "")
	set := fmt.Sprintf("{csv: %q, target: kind, test_split: 0.2}", filepath.Join(filepath.Dir(path), "t.csv"))
	lines := fmt.Sprintf("base: t.yaml\nmethod: grid\nparameters: {dataset: {values: [%s, %s]}}\n", set, strings.Replace(set, "0.2", "0.3", 1))
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	one.Path = path
	runSweep(t, one, 0)
	change(path)
	if found := runSweep(t, Options{Path: path}, 0); len(found) != 2 {
		t.Errorf("wanted both points, found %+v", found)
	}
}

// TestAbandoned: of the tasks of an array, one removes what killed ones have left; the others do not look for it.
func TestAbandoned(t *testing.T) {
	path := write(t, rates)
	old := filepath.Join(folder.Default(path), "points", ".000001.00000000.00000000.tmp")
	runSweep(t, Options{Path: path, Shard: "5/24", NoModels: true}, 0)
	if err := os.Mkdir(old, 0o777); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-30 * 24 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	zero := 0
	for _, o := range []Options{{Shard: "1/24"}, {Index: &zero}, {Shard: "0/24"}} {
		o.Path, o.NoModels = path, true
		runSweep(t, o, 0)
		if _, err := os.Stat(old); (err == nil) != (o.Shard != "0/24") {
			t.Errorf("--shard %q: a draft that was left a month ago: %v", o.Shard, err)
		}
	}
}

// TestCheck: options that do not go with the sweep.
func TestCheck(t *testing.T) {
	early := "early_terminate: {type: hyperband, min_iter: 1, eta: 2}\n"
	one, nine := 1, 9
	for _, c := range []struct {
		lines string
		o     Options
		kind  fault.Kind
		want  string
	}{
		{strings.Replace(rates, "random", "bayes", 1), Options{Shard: "0/2"}, fault.Usage, "--shard: does not go with method: bayes"},
		{strings.Replace(rates, "random", "bayes", 1) + early, Options{}, fault.Config, "wanted method: bayes or early_terminate, found both"},
		{rates + early, Options{Shard: "0/2"}, fault.Usage, "--shard: wanted --rung beside it"},
		{rates + early, Options{Index: &one}, fault.Usage, "--index: wanted --rung beside it"},
		{rates + early, Options{Rung: &nine}, fault.Usage, "--rung: wanted 0 to 3, the last of which trains to the end, found 9"},
		{rates + early, Options{ASHA: true, Rung: &one}, fault.Usage, "--asha: wanted all points and rungs"},
		{rates, Options{Rung: &one}, fault.Usage, "--rung: wanted early_terminate"},
		{rates, Options{ASHA: true}, fault.Usage, "--asha: wanted early_terminate"},
		{rates, Options{Index: &nine, Seeds: 1, Output: "/dev/null"}, fault.Write, "/dev/null: cannot make the folder"},
	} {
		s, _, _ := newSystem(0)
		c.o.Path = write(t, c.lines)
		err := Run(t.Context(), s, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != c.kind {
			t.Errorf("%v, wanted %s", err, c.want)
		}
		if _, err := os.Stat(folder.Default(c.o.Path)); err == nil {
			t.Errorf("%s: left a folder", c.want)
		}
	}
}
