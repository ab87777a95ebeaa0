package space

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// problem is a function of a setting's values that a sweep minimizes.
type problem struct {
	name       string
	parameters string
	f          func(v map[string]string) float64
	margin     float64 // the best of the method bayes is at least so many times better than that of random
}

func problems() []problem {
	number := func(v map[string]string, key string) float64 {
		f, err := strconv.ParseFloat(v[key], 64)
		if err != nil {
			panic(err)
		}
		return f
	}
	return []problem{
		{"a quadratic of five parameters, one of them logarithmic, one whole", `
  optimizer.learning_rate: {distribution: log_uniform_values, min: 0.00001, max: 1.0}
  label_smoothing: {min: 0.0, max: 0.9}
  validation_split: {min: 0.01, max: 0.9}
  batch_size: {min: 1, max: 1000}
  optimizer.beta_1: {min: 0.0, max: 0.99}
`, func(v map[string]string) float64 {
			rate := math.Log10(number(v, "optimizer.learning_rate")) + 3
			sum := rate * rate / 16
			for key, best := range map[string]float64{"label_smoothing": 0.2, "validation_split": 0.3, "optimizer.beta_1": 0.7} {
				sum += math.Pow(number(v, key)-best, 2)
			}
			return sum + math.Pow(number(v, "batch_size")/1000-0.6, 2)
		}, 4},
		{"names, and multiples on a logarithmic scale", `
  optimizer.name: {values: [adam, adamw, lion, nadam, adafactor]}
  activation: {values: [relu, tanh, sigmoid, elu, gelu]}
  kernel_initializer: {values: [he_normal, glorot_normal, glorot_uniform, lecun_normal]}
  optimizer.learning_rate: {distribution: q_log_uniform_values, min: 0.001, max: 1.0, q: 0.001}
`, func(v map[string]string) float64 {
			f := 0.01 + math.Pow(math.Log10(number(v, "optimizer.learning_rate"))+1.5, 2)
			for key, best := range map[string]string{
				"optimizer.name": "nadam", "activation": "gelu", "kernel_initializer": "glorot_normal",
			} {
				if v[key] != best {
					f += 0.5
				}
			}
			return f
		}, 4},
	}
}

// best returns the smallest value of a problem that a sweep finds, and its settings.
func best(t *testing.T, p problem, method string, seed, settings int) (float64, []string) {
	t.Helper()
	s := load(t, fmt.Sprintf("method: %s\nbase: base.yaml\nmetric: {name: loss}\nrun_cap: %d\nparameters:%s", method, settings,
		p.parameters), "base.yaml", fmt.Sprintf("seed: %d\n", seed))
	var seen []Observed
	var texts []string
	smallest := math.Inf(1)
	for i := range settings {
		var values []Value
		if s.Method == Bayes {
			var err error
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
		score := p.f(m)
		smallest = min(smallest, score)
		seen = append(seen, Observed{i, values, score})
		texts = append(texts, fmt.Sprint(values))
	}
	return smallest, texts
}

func TestTPEBeatsRandom(t *testing.T) {
	for _, p := range problems() {
		medians := map[string]float64{}
		for _, method := range []string{"random", "bayes"} {
			var found []float64
			for seed := range 7 {
				value, _ := best(t, p, method, seed, 60)
				found = append(found, value)
			}
			slices.Sort(found)
			medians[method] = found[3]
		}
		if medians["bayes"]*p.margin > medians["random"] {
			t.Errorf("%s: medians %v", p.name, medians)
		}
	}
}

// The proposal of a setting depends on the results of the generations before its own, and on nothing else.
func TestPropose(t *testing.T) {
	p := problems()[0]
	s := load(t, "method: bayes\nrun_cap: 40\nmetric: {name: accuracy, goal: maximize}\nparameters:"+p.parameters)
	var seen []Observed
	for i := range 24 {
		values, err := s.Propose(i, seen)
		if err != nil {
			t.Fatal(err)
		}
		score := float64(i % 7)
		if i%5 == 0 {
			score = math.NaN()
		}
		if i%Generation == Generation-1 { // only now are the results of the generation there
			for k := i - Generation + 1; k < i; k++ {
				again, err := s.Propose(k, seen)
				if err != nil || !slices.Equal(again, seen[k].Values) {
					t.Errorf("setting %d is %v and then %v, %v", k, seen[k].Values, again, err)
				}
			}
		}
		seen = append(seen, Observed{i, values, score})
	}
	first, err := s.Propose(24, seen)
	if err != nil {
		t.Fatal(err)
	}
	shuffled := slices.Clone(seen)
	slices.Reverse(shuffled)
	shuffled = append(shuffled, Observed{Setting: 26, Score: 100})
	if again, err := s.Propose(24, shuffled); err != nil || !slices.Equal(first, again) {
		t.Errorf("in another order: %v and %v, %v", first, again, err)
	}
	if _, err := s.Propose(24, seen[1:]); err == nil || !strings.Contains(err.Error(), "setting 0 is missing") {
		t.Errorf("without setting 0: %v", err)
	}
	changed := slices.Clone(seen)
	for i := range changed {
		changed[i].Score = -changed[i].Score
	}
	if again, err := s.Propose(24, changed); err != nil || slices.Equal(first, again) {
		t.Errorf("other results give the same %v, %v", again, err)
	}
	for i := range changed {
		changed[i].Score = math.NaN()
	}
	if drawn, err := s.Propose(24, changed); err != nil || !slices.Equal(drawn, s.values(24)) {
		t.Errorf("all diverged: %v, %v, wanted %v as at random", drawn, err, s.values(24))
	}
}

// In a small space no setting is proposed twice, up to the last one.
func TestProposalsDiffer(t *testing.T) {
	p := problem{parameters: `
  batch_size: {values: [1, 2, 3, 4, 5, 6]}
  epochs: {min: 1, max: 6}
`, f: func(v map[string]string) float64 { return float64(len(v["batch_size"])) }}
	_, texts := best(t, p, "bayes", 1, 36)
	slices.Sort(texts)
	if distinct := slices.Compact(texts); len(distinct) != 36 {
		t.Errorf("%d settings differ, wanted 36", len(distinct))
	}
}

// The same bits on every machine.
func TestProposalIsExact(t *testing.T) {
	_, texts := best(t, problems()[0], "bayes", 1, 30)
	const want = "[{optimizer.learning_rate 4.044128231048356e-05} {label_smoothing 0.5034143962012954} " +
		"{validation_split 0.36451125941132556} {batch_size 767} {optimizer.beta_1 0.8492839417149072}]"
	if texts[29] != want {
		t.Errorf("setting 29 is %s", texts[29])
	}
}

func BenchmarkPropose(b *testing.B) {
	p := problems()[0]
	s := load(b, "method: bayes\nrun_cap: 1000\nmetric: {name: loss}\nparameters:"+p.parameters)
	var seen []Observed
	for i := range 400 {
		seen = append(seen, Observed{i, s.values(i), float64(i % 37)})
	}
	for b.Loop() {
		if _, err := s.Propose(403, seen); err != nil {
			b.Fatal(err)
		}
	}
}
