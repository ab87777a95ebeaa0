package space

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"dnn/configs"
	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/sweep/sampler"
)

// from returns a function that reads these files, in pairs of name and text.
func from(files ...string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		for i := 0; i < len(files); i += 2 {
			if files[i] == path {
				return []byte(files[i+1]), nil
			}
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
}

// load loads a sweep file that is right.
func load(t testing.TB, text string, files ...string) *Sweep {
	t.Helper()
	s, err := Load(Options{Path: "s.yaml", Read: from(append(files, "s.yaml", text)...)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// shown returns the values of a point in one line.
func shown(t testing.TB, s *Sweep, n int) string {
	t.Helper()
	p, err := s.Point(n)
	if err != nil {
		t.Fatal(err)
	}
	text := make([]string, len(p.Values))
	for i, v := range p.Values {
		text[i] = v.Key + " " + v.Text
	}
	return strings.Join(text, ", ")
}

func TestLoad(t *testing.T) {
	for _, c := range []struct {
		name, text       string
		settings, points int
		first, last      string // the values of these points
		notes            string
	}{
		{"a grid as in W&B's documentation", `
program: train.py
method: grid
metric:
  name: val_loss
  goal: minimize
parameters:
  epochs:
    values: [5, 10]
  batch_size:
    values: [32, 64, 128]
command:
  - ${env}
  - python
  - ${program}
  - ${args}
`, 6, 6, "epochs 5, batch_size 32", "epochs 10, batch_size 128",
			"s.yaml: only W&B needs program, command: ignored"},
		{"all that a grid can have", `
method: grid
run_cap: 17
parameters:
  batch_size: {min: 32, max: 35}
  label_smoothing: {distribution: q_uniform, min: 0.1, max: 0.3, q: 0.1}
  optimizer.learning_rate: {value: 0.010}
  layers: {values: [[100, 50], [{dense: 30, activation: tanh}]]}
`, 17, 17, "batch_size 32, label_smoothing 0.1, optimizer.learning_rate 0.01, layers [100, 50]",
			"batch_size 34, label_smoothing 0.3, optimizer.learning_rate 0.01, layers [100, 50]", ""},
		{"JSON", `{"method": "grid", "seeds": 2, "parameters": {"epochs": {"values": [1, 2]}}}`, 2, 4, "epochs 1", "epochs 2", ""},
		{"nested parameters", `
base: base.yaml
method: random
run_cap: 2
seeds: 5
parameters:
  optimizer:
    parameters:
      name: {values: [sgd]}
      momentum: {distribution: constant, value: 0.9}
  batch_size: {values: [8, 16]}
`, 2, 10, "optimizer.name sgd, optimizer.momentum 0.9, batch_size 8", "optimizer.name sgd, optimizer.momentum 0.9, batch_size 16",
			""},
		{"a list", `
method: list
list:
  - optimizer: {name: sgd, momentum: 0.9}
    layers: [10]
  - {}
  - optimizer.learning_rate: 0.1
`, 3, 3, "optimizer.name sgd, optimizer.momentum 0.9, layers [10]", "optimizer.learning_rate 0.1", ""},
		{"a group that is switched", `
method: grid
parameters: {augment: {values: [off, on]}}
`, 2, 2, "augment off", "augment on", ""},
		{"an experiment that comes with dnn", `
method: grid
base: quick
parameters: {epochs: {values: [1]}}
`, 1, 1, "epochs 1", "epochs 1", "there is no file quick: takes the experiment quick.yaml that comes with dnn"},
	} {
		s, err := Load(Options{Path: "s.yaml", Read: from("s.yaml", c.text, "base.yaml", "batch_size: 7\n")})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s.Settings != c.settings || s.Points() != c.points {
			t.Errorf("%s: %d settings, %d points, wanted %d and %d", c.name, s.Settings, s.Points(), c.settings, c.points)
		}
		if first, last := shown(t, s, 0), shown(t, s, s.Points()-1); first != c.first || last != c.last {
			t.Errorf("%s: points\n%s\n%s\nwanted\n%s\n%s", c.name, first, last, c.first, c.last)
		}
		if notes := strings.Join(s.Notes, "\n"); notes != c.notes {
			t.Errorf("%s: notes %q, wanted %q", c.name, notes, c.notes)
		}
	}
}

func TestNotes(t *testing.T) {
	s := load(t, `
method: random
metric: {name: test_accuracy, goal: minimize, target: 0.5}
run_cap: 1
parameters:
  optimizer.learning_rate: {distribution: log_uniform, min: -7, max: -2}
  optimizer.clipnorm: {min: 0, max: 3}
`)
	want := []string{
		"s.yaml:6:28: optimizer.learning_rate: log_uniform takes exponents of e: values are from 0.0009119 to 0.1353",
		"s.yaml:7:23: optimizer.clipnorm: min and max are whole numbers, so all its values are, as with W&B: " +
			"write distribution: uniform for others",
		"s.yaml: the best point will be the one with the smallest test_accuracy",
		"s.yaml: choosing by test_accuracy makes the test part of the choice: the best one's will be too good. " +
			"A metric of validation does not",
	}
	if !slices.Equal(s.Notes, want) {
		t.Errorf("notes %q", s.Notes)
	}
	if s.Metric.Name != "test_accuracy" || s.Metric.Maximize || *s.Metric.Target != 0.5 {
		t.Errorf("metric %+v", s.Metric)
	}
}

// What does not stand in the file comes from the experiment.
func TestDefaults(t *testing.T) {
	text := "method: grid\nbase: base.yaml\nparameters: {batch_size: {values: [1, 2]}}\n"
	s := load(t, text, "base.yaml", "seeds: 3\nseed: 7\nvalidation_split: 0\n")
	if s.Seeds != 3 || s.Metric != (Metric{Name: "loss"}) || s.Early != nil || s.Base != "base.yaml" || s.Text != text {
		t.Errorf("%+v", s)
	}
	for n := range s.Points() {
		p, err := s.Point(n)
		if err != nil || p.Number != n || p.Setting != n/3 || p.Seed != uint64(7+n%3) {
			t.Errorf("%+v, %v", p, err)
		}
	}
	s, err := Load(Options{
		Path: "sweeps/s.yaml", Seeds: 2, Read: from("sweeps/s.yaml", text, "sweeps/base.yaml", "seeds: 3\n"),
		Flags: []config.Flag{{Name: "--set", Key: "epochs", Value: "4"}},
		Env:   func(name string) (string, bool) { return "5", name == "DNN_BATCH_SIZE" || name == "DNN_THREADS" },
	})
	if err != nil || s.Seeds != 2 || s.Metric.Name != "val_loss" || s.Experiment().Epochs != 4 {
		t.Fatalf("%+v, %v", s, err)
	}
	p, _ := s.Point(3)
	r, err := s.Resolve(p)
	if err != nil || r.Epochs != 4 || r.BatchSize != 2 || r.Threads != 5 || r.Seed != 2 || r.Seeds != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	s, err = Load(Options{Path: "s.yaml", Read: from("s.yaml", "method: grid\nparameters: {epochs: {values: [1]}}\n")})
	if err != nil || s.Base != "" || s.Seeds != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestEarly(t *testing.T) {
	for text, want := range map[string]string{
		"min_iter: 3, eta: 3":         "[3 9 27 81] 3",
		"min_iter: 3":                 "[3 9 27 81] 3",
		"min_iter: 50, eta: 2":        "[50 100] 2",
		"max_iter: 27, s: 2, eta: 3":  "[3 9] 3",
		"max_iter: 81, s: 9, eta: 3":  "[1 3 9 27] 3",
		"max_iter: 900, s: 2, eta: 3": "[100] 3", // not 300, which is beyond the end
	} {
		s := load(t, "method: grid\nbase: base.yaml\nearly_terminate: {type: hyperband, strict: true, "+text+"}\n"+
			"parameters: {batch_size: {values: [1, 2]}}\n", "base.yaml", "epochs: 101\n")
		if found := fmt.Sprint(s.Early.Rungs, s.Early.Eta); found != want {
			t.Errorf("%s: %s, wanted %s", text, found, want)
		}
	}
}

// Every value that the documentation of a key shows can be one of a sweep, and arrives as it is.
func TestEveryKey(t *testing.T) {
	if n := len(config.Keys()); n > sampler.Dimensions {
		t.Errorf("%d keys, and Sobol's sequence has %d dimensions", n, sampler.Dimensions)
	}
	for _, k := range config.Keys() {
		if k.Group() || slices.Contains([]string{"seed", "seeds", "threads", "output"}, k.Name) ||
			strings.HasPrefix(k.Name, "mlflow.") { // no parameters
			continue
		}
		for _, example := range append(k.More, k.Example, k.Default, `"a b.csv"`) {
			node, p := parsed(example)
			if p != nil || example == "" {
				continue
			}
			v, problem := k.Kind.Read(node)
			if problem != nil {
				continue
			}
			value := Value{k.Name, k.Kind.Show(v)}
			again, problem := k.Kind.Read(k.Kind.Node(value.flag()))
			if problem != nil || k.Kind.Show(again) != value.Text {
				t.Errorf("%s: %s became %v (%v)", k.Name, example, again, problem)
			}
		}
	}
}

func TestMetrics(t *testing.T) {
	for written, meant := range map[string]string{
		"val_acc": "val_accuracy", "epoch/val_accuracy": "val_accuracy", "val/loss": "val_loss", "epoch/loss": "loss",
		"validation_loss": "val_loss", "acc": "accuracy", "Val_Loss": "val_loss", "epoch/val_loss": "val_loss",
	} {
		_, err := Load(Options{Path: "s.yaml", Read: from("s.yaml",
			"method: grid\nmetric: {name: "+written+"}\nparameters: {epochs: {value: 1}}\n")})
		var f *fault.Error
		if !errors.As(err, &f) || f.Hint != "did you mean "+meant+"?" {
			t.Errorf("%s: %v", written, err)
		}
	}
}

// The experiments that come with dnn can all be the base of a sweep.
func TestBases(t *testing.T) {
	for _, name := range configs.Names() {
		s := load(t, "method: grid\nbase: "+name+"\nparameters: {batch_size: {values: [10, 20]}}\n")
		if len(s.Hash) != 64 {
			t.Errorf("%s: hash %q", name, s.Hash)
		}
	}
}
