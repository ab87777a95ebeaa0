package collect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/sweep/collect"
	"dnn/internal/sweep/folder"
	"dnn/internal/world"
)

var update = flag.Bool("update", false, "write testdata anew")

const sweepFile = `name: demo
method: random
base: base.yaml
metric: {name: val_loss, goal: minimize}
run_cap: 4
seeds: 2
parameters:
  optimizer.learning_rate: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  layers: {values: [[10], [300, 100]]}
  batch_size: {min: 16, max: 256}
  shuffle: {values: [true, false]}
`

const base = "epochs: 3\nvalidation_split: 0.2\nlabel_smoothing: 0.1\n"

// identity is a sweep of four settings with two seeds.
func identity() folder.Identity {
	return folder.Identity{
		Hash: strings.Repeat("0123456789abcdef", 4), Name: "demo", Method: "random", Metric: "val_loss", Seeds: 2, Settings: 4,
		Keys: []string{"optimizer.learning_rate", "layers", "batch_size", "shuffle"}, Base: base, Sweep: sweepFile,
		Version: "test", Validation: true,
	}
}

// points are the results of that sweep; two points have none.
func points() []folder.Result {
	point := func(n int, status folder.Status, loss float32, values ...string) folder.Result {
		r := folder.Result{Point: n, Setting: n / 2, Seed: uint64(n%2 + 1), Status: status, Epochs: 3, Seconds: 0.5}
		for i, key := range identity().Keys {
			r.Parameters = append(r.Parameters, folder.Parameter{Key: key, Value: values[i]})
		}
		switch status {
		case folder.Diverged:
			r.Exit, r.Error, r.Epochs = 9, "the loss became NaN", 1
			return r
		case folder.Stopped:
			r.Epochs = 1
		}
		r.Model = fmt.Sprintf("%064x", n)
		r.Metrics = map[string]float64{}
		for i, name := range []string{"val_loss", "val_accuracy", "test_loss", "test_accuracy", "loss", "accuracy"} {
			r.Metrics[name] = float64(loss + float32(i)/100)
		}
		for e := range r.Epochs {
			r.Curve = append(r.Curve, float64(loss+float32(r.Epochs-1-e)))
		}
		return r
	}
	return []folder.Result{
		point(0, folder.Finished, 0.3, "0.001", "[10]", "32", "true"),
		point(1, folder.Finished, 0.2, "0.001", "[10]", "32", "true"),
		point(2, folder.Finished, 0.05, "0.02", "[300, 100]", "64", "false"),
		point(4, folder.Stopped, 0.1, "0.0003", "[10]", "16", "true"),
		point(5, folder.Stopped, 0.12, "0.0003", "[10]", "16", "true"),
		point(6, folder.Diverged, 0, "0.1", "[10]", "16", "false"),
	}
}

// write makes the folder of a sweep.
func write(t *testing.T, path string, id folder.Identity, points []folder.Result) {
	t.Helper()
	f, err := folder.Create(path, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range points {
		d, err := f.Draft(r.Point)
		if err != nil {
			t.Fatal(err)
		}
		if won, err := d.Commit(r); err != nil || !won {
			t.Fatal(won, err)
		}
	}
}

// run collects and returns standard output and error.
func run(o collect.Options) (stdout, stderr string, err error) {
	var out, messages bytes.Buffer
	err = collect.Run(context.Background(), &world.System{Stdout: &out, Stderr: &messages}, o)
	return out.String(), messages.String(), err
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, found string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(found), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if found != string(want) {
		t.Errorf("%s: found\n%s\nwanted\n%s", name, found, want)
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCollect: what is written for a sweep of which points are missing.
func TestCollect(t *testing.T) {
	here := t.TempDir()
	sweep := filepath.Join(here, "demo.sweep")
	write(t, sweep, identity(), points())
	o := collect.Options{
		Folder: sweep, Optuna: filepath.Join(here, "optuna.log"), TensorBoard: filepath.Join(here, "events"),
		Pictures: filepath.Join(here, "pictures"),
	}
	stdout, stderr, err := run(o)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", stdout)
	golden(t, "messages.txt", strings.ReplaceAll(stderr, here+string(filepath.Separator), ""))
	golden(t, "results.csv", read(t, sweep, "results.csv"))
	golden(t, "best.yaml", read(t, sweep, "best.yaml"))
	golden(t, "optuna.log", read(t, here, "optuna.log"))
	before := files(t, here)
	for _, name := range []string{"events/000004", "pictures/parallel.svg", "pictures/parameters.png", "pictures/boxes.svg"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(before)), func(path string) bool { return strings.HasPrefix(path, name) }) {
			t.Errorf("%s is missing", name)
		}
	}
	if _, _, err := run(o); err != nil {
		t.Fatal(err)
	}
	if after := files(t, here); !maps.Equal(before, after) {
		t.Error("the second call gave other files")
	}
	foreign := filepath.Join(o.TensorBoard, "notes.txt")
	if err := os.WriteFile(foreign, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(o); err == nil || !strings.Contains(err.Error(), "this sweep's events, found notes.txt") {
		t.Errorf("with a file that is not ours: %v", err)
	}
	if err := os.Remove(foreign); err != nil { // it is still there
		t.Fatal(err)
	}
	o.JSON = true
	stdout, stderr, err = run(o)
	if err != nil || stderr != "" {
		t.Fatal(stderr, err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, []byte(strings.ReplaceAll(stdout, here+string(filepath.Separator), "")), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "collect.json", text.String())
}

// files returns the contents of all files below a folder, by their paths.
func files(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, _ := filepath.Rel(root, path)
			all[filepath.ToSlash(name)] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestOrder: the order in which settings stand, the best first, and the best point.
func TestOrder(t *testing.T) {
	with := func(change func(id *folder.Identity, all []folder.Result)) (folder.Identity, []folder.Result) {
		id, all := identity(), points()
		change(&id, all)
		return id, all
	}
	type found struct {
		Best *struct {
			Point  int
			Metric float64
		}
		Settings []struct {
			Setting int
			Status  string
			Mean    *float64
		}
	}
	for name, c := range map[string]struct {
		change func(id *folder.Identity, all []folder.Result)
		o      collect.Options
		order  string
		best   int // -1: none
	}{
		"complete, partial, stopped, broken": {func(*folder.Identity, []folder.Result) {}, collect.Options{}, "0 1 2 3", 1},
		"another metric, which is maximized": {
			func(*folder.Identity, []folder.Result) {}, collect.Options{Metric: "val_accuracy"}, "0 1 2 3", 0},
		"a test metric": {func(*folder.Identity, []folder.Result) {}, collect.Options{Metric: "test_loss", Test: true}, "0 1 2 3", 1},
		"the sweep's own goal": {
			func(id *folder.Identity, _ []folder.Result) { id.Maximize = true }, collect.Options{}, "0 1 2 3", 0},
		"stopped and finished": {func(_ *folder.Identity, all []folder.Result) {
			all[3].Status, all[4].Status = folder.Finished, folder.Finished
		}, collect.Options{}, "2 0 1 3", 4},
		"equal means": {func(_ *folder.Identity, all []folder.Result) {
			for _, i := range []int{3, 4} {
				all[i].Status, all[i].Metrics = folder.Finished, all[i-3].Metrics
			}
		}, collect.Options{}, "0 2 1 3", 1},
		"one seed diverged": {func(_ *folder.Identity, all []folder.Result) {
			all[1].Status = folder.Diverged
		}, collect.Options{}, "1 2 0 3", 2},
		"a metric is missing": {func(_ *folder.Identity, all []folder.Result) {
			delete(all[1].Metrics, "val_loss")
		}, collect.Options{}, "1 2 0 3", 2},
		"none is finished": {func(_ *folder.Identity, all []folder.Result) {
			for i := range 3 {
				all[i].Status = folder.Failed
			}
		}, collect.Options{}, "2 0 1 3", -1},
	} {
		sweep := filepath.Join(t.TempDir(), "sweep")
		id, all := with(c.change)
		write(t, sweep, id, all)
		c.o.Folder, c.o.JSON = sweep, true
		stdout, _, err := run(c.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var f found
		if err := json.Unmarshal([]byte(stdout), &f); err != nil {
			t.Fatal(name, err)
		}
		var order []string
		for _, s := range f.Settings {
			order = append(order, fmt.Sprint(s.Setting))
		}
		best := -1
		if f.Best != nil {
			best = f.Best.Point
		}
		if got := strings.Join(order, " "); got != c.order || best != c.best {
			t.Errorf("%s: found the order %s and the best point %d, wanted %s and %d", name, got, best, c.order, c.best)
		}
	}
}

// TestDamaged: what cannot be read is named and left out, and all else is there.
func TestDamaged(t *testing.T) {
	result := func(sweep string, n int) string {
		return filepath.Join(sweep, "points", fmt.Sprintf("%06d", n), "result.json")
	}
	whole := func(t *testing.T, path, from, to string) {
		text := read(t, path)
		if !strings.Contains(text, from) {
			t.Fatalf("%s has no %q", path, from)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(text, from, to, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, sweep string)
		want   string
	}{
		"half":    {func(t *testing.T, s string) { whole(t, result(s, 2), `,"metrics"`, "\n") }, "is damaged: wanted JSON"},
		"empty":   {func(t *testing.T, s string) { _ = os.Truncate(result(s, 2), 0) }, "is damaged: wanted JSON"},
		"missing": {func(t *testing.T, s string) { _ = os.Remove(result(s, 2)) }, "is missing"},
		"another sweep": {func(t *testing.T, s string) { whole(t, result(s, 2), `"sweep":"0123`, `"sweep":"ffff`) },
			`wanted a result of the sweep "demo" (0123456789ab), found one of ffff456789ab`},
		"another point": {func(t *testing.T, s string) { whole(t, result(s, 2), `"point":2`, `"point":3`) }, "wanted point 2"},
		"another key":   {func(t *testing.T, s string) { whole(t, result(s, 2), `"key":"layers"`, `"key":"units"`) }, "found units"},
		"a folder": {func(t *testing.T, s string) {
			_ = os.Remove(result(s, 2))
			_ = os.Mkdir(result(s, 2), 0o777)
		}, "000002"},
	} {
		sweep := filepath.Join(t.TempDir(), "sweep")
		write(t, sweep, identity(), points())
		c.damage(t, sweep)
		stdout, _, err := run(collect.Options{Folder: sweep})
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "000002") {
			t.Errorf("%s: found %v, wanted %s", name, err, c.want)
		}
		if !strings.HasPrefix(stdout, "5 of 8 points (4 settings with 2 seeds): 2 finished, 2 stopped, 1 diverged\n") {
			t.Errorf("%s: found %s", name, stdout)
		}
		if lines := strings.Count(read(t, sweep, "results.csv"), "\n"); lines != 6 {
			t.Errorf("%s: results.csv has %d lines", name, lines)
		}
		stdout, _, _ = run(collect.Options{Folder: sweep, JSON: true})
		var object struct{ Damaged []string }
		if err := json.Unmarshal([]byte(stdout), &object); err != nil || len(object.Damaged) != 1 {
			t.Errorf("%s: %s, %v", name, stdout, err)
		}
	}
}

// TestManyDamaged: an error names ten of very many results, and counts the others.
func TestManyDamaged(t *testing.T) {
	sweep := filepath.Join(t.TempDir(), "sweep")
	id := identity()
	id.Settings = 20
	write(t, sweep, id, points())
	for n := 10; n < 40; n++ {
		if err := os.MkdirAll(filepath.Join(sweep, "points", fmt.Sprintf("%06d", n)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := run(collect.Options{Folder: sweep})
	all := fault.Each(err)
	if len(all) != 11 || all[10].Error() != "20 results more are damaged" {
		t.Errorf("found %d errors: %v", len(all), err)
	}
}

func TestRefuses(t *testing.T) {
	here := t.TempDir()
	sweep, empty := filepath.Join(here, "demo.sweep"), filepath.Join(here, "empty.sweep")
	write(t, sweep, identity(), points())
	write(t, empty, identity(), nil)
	plain := filepath.Join(here, "plain")
	link := filepath.Join(here, "link")
	foreign := filepath.Join(here, "foreign")
	for _, path := range []string{plain, foreign, filepath.Join(foreign, "run1")} {
		if err := os.Mkdir(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(sweep, "points", "000000", "result.json"), link); err != nil {
		t.Skip("this system has no symbolic links: ", err)
	}
	tested := filepath.Join(here, "tested.sweep")
	id := identity()
	id.Metric = "test_accuracy"
	write(t, tested, id, points())
	unvalidated := filepath.Join(here, "unvalidated.sweep")
	all := points()[:1]
	delete(all[0].Metrics, "val_loss")
	write(t, unvalidated, identity(), all)
	for name, c := range map[string]struct {
		o    collect.Options
		kind fault.Kind
		want string
	}{
		"no sweep":         {collect.Options{Folder: plain}, fault.Data, "wanted the folder of a sweep, found no sweep.json in it"},
		"no folder":        {collect.Options{Folder: filepath.Join(here, "none")}, fault.Data, "wanted the folder of a sweep"},
		"no result":        {collect.Options{Folder: empty}, fault.Data, "wanted results of the sweep, found none"},
		"unknown metric":   {collect.Options{Folder: sweep, Metric: "f1"}, fault.Usage, `wanted one of val_loss,`},
		"unasked test":     {collect.Options{Folder: sweep, Metric: "test_loss"}, fault.Usage, "is a figure of the test"},
		"sweep by test":    {collect.Options{Folder: tested}, fault.Usage, "test_accuracy is a figure of the test"},
		"no such metric":   {collect.Options{Folder: unvalidated}, fault.Data, "wanted points with val_loss, found only loss, accuracy, val_accuracy"},
		"over the sweep":   {collect.Options{Folder: sweep, Optuna: filepath.Join(sweep, "sweep.json")}, fault.Config, "would be written over"},
		"over a result":    {collect.Options{Folder: sweep, Optuna: filepath.Join(sweep, "points", "o.log")}, fault.Config, "among the results"},
		"over it by links": {collect.Options{Folder: sweep, Optuna: link}, fault.Config, "among the results"},
		"pictures there":   {collect.Options{Folder: sweep, Pictures: filepath.Join(sweep, "points")}, fault.Config, "among the results"},
		"over the table":   {collect.Options{Folder: sweep, Optuna: filepath.Join(sweep, "results.csv")}, fault.Config, "would be written over"},
		"no output folder": {collect.Options{Folder: sweep, Output: filepath.Join(here, "none")}, fault.Write, "wanted a folder for"},
		"others' events":   {collect.Options{Folder: sweep, TensorBoard: foreign}, fault.Write, "this sweep's events, found run1"},
		"over the folder":  {collect.Options{Folder: sweep, TensorBoard: sweep}, fault.Write, "this sweep's events"},
	} {
		before := files(t, here)
		stdout, _, err := run(c.o)
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) || stdout != "" {
			t.Errorf("%s: found %q and %v, wanted %s", name, stdout, err, c.want)
		}
		after := files(t, here)
		for _, ours := range []string{"demo.sweep/results.csv", "demo.sweep/best.yaml"} {
			delete(before, ours)
			delete(after, ours)
		}
		if !maps.Equal(before, after) {
			t.Errorf("%s: files have changed", name)
		}
		c.o.JSON = true
		stdout, _, _ = run(c.o)
		if lines := strings.Count(stdout, "\n"); lines != 1 || !strings.HasPrefix(stdout, `{"event":"error"`) {
			t.Errorf("%s: as JSON %s", name, stdout)
		}
	}
}

// TestListedSettings: a setting of a list may leave out keys.
func TestListedSettings(t *testing.T) {
	here := t.TempDir()
	sweep := filepath.Join(here, "sweep")
	id, all := identity(), points()
	id.Method, id.Sweep = "list", ""
	write(t, sweep, id, nil)
	for _, r := range all[:3] {
		r.Sweep, r.Format, r.Parameters = id.Hash, 1, r.Parameters[:1+r.Setting]
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(sweep, "points", fmt.Sprintf("%06d", r.Point))
		if err := os.Mkdir(path, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "result.json"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	stdout, _, err := run(collect.Options{
		Folder: sweep, Optuna: filepath.Join(here, "o.log"), TensorBoard: filepath.Join(here, "events"), Pictures: here,
	})
	if err != nil && strings.Contains(err.Error(), "wanted 4 parameters") {
		t.Skip("folder refuses results that leave out keys")
	}
	if err != nil || !strings.Contains(stdout, "0.001           -") {
		t.Errorf("%s, %v", stdout, err)
	}
	if got := read(t, here, "o.log"); strings.Contains(got, "shuffle") || !strings.Contains(got, "layers") {
		t.Errorf("the journal is %s", got)
	}
}

// TestColumns: a parameter that is named like another column is told from it.
func TestColumns(t *testing.T) {
	sweep := filepath.Join(t.TempDir(), "sweep")
	id, all := identity(), points()
	id.Keys = []string{"optimizer.learning_rate", "loss", "epochs", "shuffle"}
	for i := range all {
		for k, key := range id.Keys {
			all[i].Parameters[k].Key = key
		}
	}
	id.Base, id.Sweep = "", ""
	all = all[3:] // without a best point, whose experiment would not be one
	write(t, sweep, id, all)
	if _, _, err := run(collect.Options{Folder: sweep}); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(read(t, sweep, "results.csv"), "\n")
	if want := "point,setting,seed,optimizer.learning_rate,parameters.loss,parameters.epochs,shuffle,status,epochs,loss,"; !strings.HasPrefix(head, want) {
		t.Errorf("found %s, wanted %s…", head, want)
	}
}
