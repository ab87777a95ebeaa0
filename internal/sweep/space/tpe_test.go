package space

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
)

// problem is a function of the values of a setting that a sweep minimizes.
type problem struct {
	name       string
	parameters string
	f          func(v map[string]string) float64
}

func numberAt(v map[string]string, key string) float64 {
	f, err := strconv.ParseFloat(v[key], 64)
	if err != nil {
		panic(err)
	}
	return f
}

func problems() []problem {
	return []problem{
		{"a quadratic of five parameters, one of them logarithmic", `
  optimizer.learning_rate: {distribution: log_uniform_values, min: 0.00001, max: 1.0}
  label_smoothing: {min: 0.0, max: 0.9}
  validation_split: {min: 0.01, max: 0.9}
  batch_size: {min: 1, max: 1000}
  optimizer.beta_1: {min: 0.0, max: 0.99}
`, func(v map[string]string) float64 {
			rate := math.Log10(numberAt(v, "optimizer.learning_rate")) + 3
			return rate*rate/4 + math.Pow(numberAt(v, "label_smoothing")-0.2, 2)*4 +
				math.Pow(numberAt(v, "validation_split")-0.3, 2)*4 + math.Pow(numberAt(v, "batch_size")/1000-0.6, 2)*4 + math.Pow(numberAt(v, "optimizer.beta_1")-0.7, 2)*4
		}},
		{"Branin", `
  label_smoothing: {min: 0.0, max: 0.99}
  validation_split: {min: 0.0, max: 0.99}
`, func(v map[string]string) float64 {
			x, y := numberAt(v, "label_smoothing")/0.99*15-5, numberAt(v, "validation_split")/0.99*15
			a := y - 5.1/(4*math.Pi*math.Pi)*x*x + 5/math.Pi*x - 6
			return a*a + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
		}},
		{"categories", `
  optimizer.name: {values: [adam, sgd, adamw, rmsprop, nadam]}
  activation: {values: [relu, tanh, sigmoid, elu, gelu]}
  kernel_initializer: {values: [he_normal, glorot_normal, glorot_uniform, lecun_normal]}
  optimizer.learning_rate: {distribution: q_log_uniform_values, min: 0.001, max: 1.0, q: 0.001}
`, func(v map[string]string) float64 {
			f := math.Pow(math.Log10(numberAt(v, "optimizer.learning_rate"))+1.5, 2)
			if v["optimizer.name"] != "nadam" {
				f++
			}
			if v["activation"] != "gelu" {
				f += 0.5
			}
			if v["kernel_initializer"] != "glorot_normal" {
				f += 0.3
			}
			return f
		}},
	}
}

// best returns the smallest value of f that a sweep finds.
func best(t *testing.T, p problem, method string, seed, settings int) float64 {
	t.Helper()
	text := fmt.Sprintf("method: %s\nmetric: {name: loss}\nrun_cap: %d\nparameters:%s", method, settings, p.parameters)
	s, err := Load(Options{Path: "sweep.yaml", Read: func(string) ([]byte, error) { return []byte(text), nil }, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Hash = fmt.Sprintf("%016x", seed)
	var seen []Observed
	for i := range settings {
		var values []Value
		if s.Method == Bayes {
			if values, err = s.Propose(i, seen); err != nil {
				t.Fatal(err)
			}
		} else {
			p, err := s.Point(i)
			if err != nil {
				t.Fatal(err)
			}
			values = p.Values
		}
		m := map[string]string{}
		for _, v := range values {
			m[v.Key] = v.Text
		}
		seen = append(seen, Observed{i, values, p.f(m)})
	}
	slices.SortFunc(seen, func(a, b Observed) int {
		if a.Score < b.Score {
			return -1
		}
		return 1
	})
	return seen[0].Score
}

func TestTPEBeatsRandom(t *testing.T) {
	for _, p := range problems() {
		for _, m := range []string{"random", "sobol", "bayes"} {
			var all []float64
			for seed := range 3 {
				all = append(all, best(t, p, m, seed, 100))
			}
			slices.Sort(all)
			t.Logf("%-10s %-10s median %.5f  quartiles %.5f %.5f", p.name[:6], m, all[1], all[0], all[2])
		}
	}
}
