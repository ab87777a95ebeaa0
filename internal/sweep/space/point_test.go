package space

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// A grid's last parameter, by the names, changes fastest, as in W&B; the order of the file does not matter.
func TestGrid(t *testing.T) {
	want := []string{"1 4 a", "1 4 b", "1 5 a", "1 5 b", "2 4 a", "2 4 b", "2 5 a", "2 5 b"}
	name := map[string]string{"relu": "a", "tanh": "b"}
	lines := []string{"batch_size: {values: [1, 2]}", "epochs: {min: 4, max: 5}", "kernel_initializer: {value: he_normal}",
		"loss: {value: mse}"}
	lines[3] = "output_layer: {parameters: {activation: {value: softmax}}}"
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
		text := "method: grid\nseeds: 2\nparameters:\n"
		for _, i := range order {
			text += "  " + lines[i] + "\n"
		}
		text += "  layers: {values: [[{dense: 5, activation: relu}], [{dense: 5, activation: tanh}]]}\n"
		s := load(t, text)
		for n := range s.Points() {
			p, err := s.Point(n)
			if err != nil {
				t.Fatal(err)
			}
			v := map[string]string{}
			for i, value := range p.Values {
				if value.Key != s.Parameters[i].Key {
					t.Errorf("value %d is of %s, wanted %s", i, value.Key, s.Parameters[i].Key)
				}
				v[value.Key] = value.Text
			}
			activation := name[strings.Trim(v["layers"][strings.LastIndex(v["layers"], " ")+1:], "}]")]
			if found := v["batch_size"] + " " + v["epochs"] + " " + activation; found != want[n/2] || p.Setting != n/2 ||
				p.Seed != uint64(1+n%2) {
				t.Errorf("point %d: %s, %+v", n, found, p)
			}
		}
	}
}

// A random value depends on the hash, the parameter and the setting alone.
func TestRandom(t *testing.T) {
	const text = `
method: random
run_cap: 50
parameters:
  batch_size: {min: 1, max: 1000000}
  optimizer.learning_rate: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  layers: {values: [[10], [20], [30]]}
`
	a := load(t, text)
	b := load(t, strings.Replace(text, "run_cap: 50", "run_cap: 60", 1))
	c := load(t, text+"  shuffle: {value: true}\n")
	differ := 0
	for n := 49; n >= 0; n-- {
		if shown(t, a, n) != shown(t, b, n) {
			t.Errorf("point %d is %s, and with a larger run_cap %s", n, shown(t, a, n), shown(t, b, n))
		}
		if shown(t, a, n) != shown(t, c, n) {
			differ++
		}
	}
	if differ != 50 {
		t.Errorf("another sweep has %d points of its own, wanted 50", differ)
	}
	// The same on every machine.
	const want = "batch_size 987038, optimizer.learning_rate 0.002137919900555836, layers [10]"
	if found := shown(t, a, 0); found != want {
		t.Errorf("point 0: %s", found)
	}
}

// Where there are few combinations, each comes once, whichever point is asked for first.
func TestSettingsDiffer(t *testing.T) {
	for _, method := range []string{"random", "sobol"} {
		for _, parameters := range []string{
			"{batch_size: {min: 1, max: 10}, epochs: {values: [1, 2, 3]}, shuffle: {value: true}}",
			"{batch_size: {values: [1, 2, 3, 4, 5, 6], probabilities: [0.9, 0.0999, 0.000025, 0.000025, 0.000025, 0.000025]}, " +
				"epochs: {min: 1, max: 5}}",
		} {
			text := "method: " + method + "\nrun_cap: 30\nparameters: " + parameters + "\n"
			s, backward := load(t, text), load(t, text)
			seen := map[string]int{}
			for n := range s.Points() {
				if before, twice := seen[shown(t, s, n)]; twice {
					t.Errorf("%s: points %d and %d are %s", method, before, n, shown(t, s, n))
				}
				seen[shown(t, s, n)] = n
			}
			for n := s.Points() - 1; n >= 0; n-- {
				if shown(t, s, n) != shown(t, backward, n) {
					t.Errorf("%s: point %d is %s or %s", method, n, shown(t, s, n), shown(t, backward, n))
				}
			}
		}
	}
}

func TestPointErrors(t *testing.T) {
	s := load(t, "method: grid\nparameters: {epochs: {values: [1, 2]}}\n")
	bayes := load(t, "method: bayes\nrun_cap: 20\nparameters: {epochs: {min: 1, max: 200}}\n")
	for _, c := range []struct {
		call func() error
		want string
	}{
		{func() error { _, err := s.Point(2); return err }, "s.yaml: wanted a point from 0 to 1, found 2"},
		{func() error { _, err := s.Point(-1); return err }, "s.yaml: wanted a point from 0 to 1, found -1"},
		{func() error { _, err := bayes.Point(0); return err },
			"s.yaml: wanted points that do not depend on results, found method: bayes"},
		{func() error { _, err := s.Propose(0, nil); return err },
			"s.yaml: wanted a setting from 0 to 1 of method: bayes, found 0 of grid"},
		{func() error { _, err := bayes.Propose(20, nil); return err },
			"s.yaml: wanted a setting from 0 to 19 of method: bayes, found 20 of bayes"},
	} {
		if err := c.call(); err == nil || err.Error() != c.want || fault.KindOf(err) != fault.Usage {
			t.Errorf("%v, wanted %s", err, c.want)
		}
	}
}

// A point that is not checked at the start says what is wrong once it is resolved.
func TestResolve(t *testing.T) {
	text := "method: grid\nparameters: {optimizer.name: {values: [sgd, adam]}, optimizer.momentum: {value: 0.9}}\n"
	s, err := Load(Options{Path: "s.yaml", Read: from("s.yaml", text), Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := s.Point(0)
	if r, err := s.Resolve(p); err != nil || r.Optimizer.Name != "sgd" {
		t.Errorf("%v, %v", r, err)
	}
	p, _ = s.Point(1)
	_, err = s.Resolve(p)
	var f *fault.Error
	const want = "s.yaml: point 1 (optimizer.name adam, optimizer.momentum 0.9): parameter optimizer.momentum: " +
		"there is no such key where optimizer.name is adam"
	if !errors.As(err, &f) || f.Error() != want || f.Kind != fault.Config {
		t.Errorf("%v", err)
	}
}

func TestBetter(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		m    Metric
		a, b float64
		want bool
	}{
		{Metric{}, 1, 2, true}, {Metric{}, 2, 1, false}, {Metric{}, 1, 1, false},
		{Metric{Maximize: true}, 1, 2, false}, {Metric{Maximize: true}, 2, 1, true},
		{Metric{}, nan, 1, false}, {Metric{}, 1, nan, true}, {Metric{Maximize: true}, nan, 1, false}, {Metric{}, nan, nan, false},
	} {
		if found := c.m.Better(c.a, c.b); found != c.want {
			t.Errorf("%+v: %v better than %v: %t", c.m, c.a, c.b, found)
		}
	}
}

const hashed = `
name: first
run_cap: 5
method: random
seeds: 2
parameters:
  batch_size: {values: [10, 20]}
  epochs: {min: 1, max: 20}
`

// What decides the points decides the hash, and nothing else.
func TestHash(t *testing.T) {
	const golden = "34178d5fd3f8158138f73a6a0d2906a5dc040aac230a151f643a7cbee6b0a6eb"
	first := load(t, hashed, "base.yaml", "epochs: 10\n").Hash
	if first != golden {
		t.Errorf("hash %s, wanted %s: every folder of a sweep is one of another sweep now", first, golden)
	}
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(hashed) }
	for name, text := range map[string]string{
		"a comment":         "# text\n" + hashed,
		"the name":          change("name: first", "name: second\ndescription: some text"),
		"run_cap":           change("run_cap: 5", "run_cap: 6"),
		"order":             change("batch_size: {values: [10, 20]}", "epochs: {max: 20, min: 1}", "epochs: {min: 1, max: 20}", "batch_size: {values: [10, 20]}"),
		"W&B's keys":        "program: a.py\n" + hashed,
		"defaults":          change("seeds: 2", "seeds: 2\nmetric: {name: val_loss, goal: minimize}\nbase: base.yaml"),
		"a target":          change("seeds: 2", "seeds: 2\nmetric: {name: val_loss, target: 0.1}"),
		"how it is spelled": change("min: 1, max: 20", "distribution: int_uniform, min: 1, max: 2_0"),
	} {
		if found := load(t, text, "base.yaml", "epochs: 10\n").Hash; found != first {
			t.Errorf("%s changes the hash", name)
		}
	}
	seen := map[string]string{first: "itself"}
	for name, text := range map[string]string{
		"the method":         change("method: random", "method: sobol"),
		"a value":            change("[10, 20]", "[10, 30]"),
		"order of values":    change("[10, 20]", "[20, 10]"),
		"an end":             change("max: 20", "max: 21"),
		"a distribution":     change("min: 1, max: 20", "distribution: q_uniform, min: 1, max: 20"),
		"seeds":              change("seeds: 2", "seeds: 3"),
		"the metric":         change("seeds: 2", "seeds: 2\nmetric: {name: loss}"),
		"the goal":           change("seeds: 2", "seeds: 2\nmetric: {name: loss, goal: maximize}"),
		"a parameter":        hashed + "  shuffle: {value: true}\n",
		"the base":           change("seeds: 2", "seeds: 2\nbase: base.yaml") + "  label_smoothing: {value: 0}\n",
		"another base":       change("seeds: 2", "seeds: 2\nbase: other.yaml"),
		"the seed":           change("seeds: 2", "seeds: 2\nbase: seed.yaml"),
		"early_terminate":    change("seeds: 2", "seeds: 2\nearly_terminate: {type: hyperband, min_iter: 1}", "epochs: {min: 1, max: 20}", ""),
		"early_terminate, 2": change("seeds: 2", "seeds: 2\nearly_terminate: {type: hyperband, min_iter: 2}", "epochs: {min: 1, max: 20}", ""),
		"a list":             "method: list\nlist: [{epochs: 1}, {epochs: 2}]\n",
		"another list":       "method: list\nlist: [{epochs: 2}, {epochs: 1}]\n",
	} {
		found := load(t, strings.Replace(text, "run_cap: 5", "run_cap: 2", 1), "base.yaml", "epochs: 10\n", "other.yaml",
			"layers: [5]\n", "seed.yaml", "seed: 2\n").Hash
		if before, same := seen[found]; same {
			t.Errorf("%s has the hash of %s", name, before)
		}
		seen[found] = name
	}
}

func BenchmarkResolve(b *testing.B) {
	s := load(b, hashed)
	for b.Loop() {
		p, err := s.Point(3)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Resolve(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, unchecked := range []bool{true, false} {
		b.Run(fmt.Sprintf("unchecked=%t", unchecked), func(b *testing.B) {
			for b.Loop() {
				_, err := Load(Options{Path: "s.yaml", Read: from("s.yaml", hashed), Unchecked: unchecked})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
