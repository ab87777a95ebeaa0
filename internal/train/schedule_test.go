package train

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Rates that Keras computed, in float32: scripts/keras/schedules.py.
func TestSchedulesAsKeras(t *testing.T) {
	data, err := os.ReadFile("testdata/schedules.json")
	if err != nil {
		t.Fatal(err)
	}
	var keras struct {
		Steps []int
		Rates map[string][]float64
	}
	if err := json.Unmarshal(data, &keras); err != nil {
		t.Fatal(err)
	}
	ours := map[string]Schedule{
		"exponential":   Exponential{Initial: 0.1, DecaySteps: 10, Factor: 0.96},
		"staircase":     Exponential{Initial: 0.1, DecaySteps: 10, Factor: 0.5, Staircase: true},
		"linear":        Polynomial{Initial: 0.1, DecaySteps: 20, End: 0.01, Power: 1},
		"root":          Polynomial{Initial: 0.1, DecaySteps: 100, End: 0.001, Power: 0.5},
		"cycle":         Polynomial{Initial: 0.1, DecaySteps: 20, End: 0.01, Power: 2, Cycle: true},
		"cosine":        Cosine{Initial: 0.1, DecaySteps: 100},
		"cosine_warmup": Warmup{From: 0.01, Steps: 10, Then: Cosine{Initial: 0.2, DecaySteps: 90, Alpha: 0.05}},
		"restarts":      CosineRestarts{Initial: 0.1, FirstDecaySteps: 17, TMul: 2, MMul: 1},
		"restarts_even": CosineRestarts{Initial: 0.1, FirstDecaySteps: 17, TMul: 1, MMul: 0.9, Alpha: 0.1},
		"restarts_odd":  CosineRestarts{Initial: 0.1, FirstDecaySteps: 17, TMul: 1.5, MMul: 0.8, Alpha: 0.01},
	}
	if len(ours) != len(keras.Rates) {
		t.Fatalf("%d schedules, Keras's file has %d", len(ours), len(keras.Rates))
	}
	for name, schedule := range ours {
		for i, step := range keras.Steps {
			got, want := schedule.Rate(step), keras.Rates[name][i]
			if !(math.Abs(got-want) <= 2e-6*math.Abs(want)+1e-8) {
				t.Errorf("%s: step %d has the rate %v, Keras's is %v", name, step, got, want)
			}
		}
	}
}

func TestOneCycle(t *testing.T) {
	o := OneCycle{Peak: 1, TotalSteps: 100, Warmup: 0.3, Div: 25, FinalDiv: 1e4}
	for _, c := range []struct {
		step int
		want float64
	}{
		{0, 0.04},
		{29, 1},
		{64, (1 + 4e-6) / 2}, // half-way down: 29 + 70/2
		{99, 4e-6},
		{500, 4e-6},
	} {
		if got := o.Rate(c.step); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("step %d has the rate %v, want %v", c.step, got, c.want)
		}
	}
	for step := range 99 {
		if now, next := o.Rate(step), o.Rate(step+1); (step < 29) != (next > now) {
			t.Errorf("step %d has the rate %v, the next %v", step, now, next)
		}
	}
	// As short as can be, they still end.
	for total := 1; total < 5; total++ {
		short := OneCycle{Peak: 1, TotalSteps: total, Warmup: 0.3, Div: 25, FinalDiv: 1e4}
		for step := range total + 1 {
			if got := short.Rate(step); !(got > 0 && got <= 1) {
				t.Errorf("of %d steps, step %d has the rate %v", total, step, got)
			}
		}
	}
}

func TestConstantAndSteps(t *testing.T) {
	if got := Constant(0.25).Rate(1000); got != 0.25 {
		t.Errorf("constant: %v", got)
	}
	for _, c := range []struct {
		epochs float64
		want   int
	}{{0, 0}, {-1, 0}, {1, 480}, {0.5, 240}, {0.0001, 1}, {2.001, 960}, {2.002, 961}} {
		if got := Steps(c.epochs, 480); got != c.want {
			t.Errorf("%v epochs are %d steps, want %d", c.epochs, got, c.want)
		}
	}
}

// The very bits, on every architecture.
func TestRateBits(t *testing.T) {
	hash := uint64(14695981039346656037)
	for _, s := range []Schedule{
		Exponential{Initial: 0.1, DecaySteps: 10, Factor: 0.96},
		Polynomial{Initial: 0.1, DecaySteps: 200, End: 0.001, Power: 0.9},
		Warmup{From: 0.01, Steps: 10, Then: Cosine{Initial: 0.2, DecaySteps: 290, Alpha: 0.05}},
		CosineRestarts{Initial: 0.1, FirstDecaySteps: 17, TMul: 1.5, MMul: 0.8, Alpha: 0.01},
		OneCycle{Peak: 0.1, TotalSteps: 290, Warmup: 0.3, Div: 25, FinalDiv: 1e4},
	} {
		for step := range 300 {
			hash = (hash ^ math.Float64bits(s.Rate(step))) * 1099511628211
		}
	}
	if want := uint64(0x812284ec98647a60); hash != want {
		t.Errorf("the rates' bits have the hash %#x, want %#x", hash, want)
	}
}
