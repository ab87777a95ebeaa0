package schedule

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"dnn/internal/setting"
)

// The rates that scripts/keras/schedules.py computed with Keras, in float32.
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
	warmed := cosine{initial: 0.2, decaySteps: 90, alpha: 0.05}
	ours := map[string]Schedule{
		"exponential":            exponential{initial: 0.1, decaySteps: 10, factor: 0.96},
		"staircase":              exponential{initial: 0.1, decaySteps: 10, factor: 0.5, staircase: true},
		"inverse_time":           inverseTime{initial: 0.1, decaySteps: 10, decayRate: 0.5},
		"inverse_time_staircase": inverseTime{initial: 0.1, decaySteps: 7, decayRate: 0.9, staircase: true},
		"linear":                 polynomial{initial: 0.1, decaySteps: 20, end: 0.01, power: 1},
		"root":                   polynomial{initial: 0.1, decaySteps: 100, end: 0.001, power: 0.5},
		"cycle":                  polynomial{initial: 0.1, decaySteps: 20, end: 0.01, power: 2, cycle: true},
		"cosine":                 cosine{initial: 0.1, decaySteps: 100},
		"cosine_warmup":          Warmup{From: 0.01, Steps: 10, Then: warmed},
		"restarts":               cosineRestarts{initial: 0.1, firstSteps: 17, tMul: 2, mMul: 1},
		"restarts_even":          cosineRestarts{initial: 0.1, firstSteps: 17, tMul: 1, mMul: 0.9, alpha: 0.1},
		"restarts_odd":           cosineRestarts{initial: 0.1, firstSteps: 17, tMul: 1.5, mMul: 0.8, alpha: 0.01},
	}
	if len(ours) != len(keras.Rates) {
		t.Fatalf("wanted the %d schedules of Keras's file, found %d", len(keras.Rates), len(ours))
	}
	for name, schedule := range ours {
		for i, step := range keras.Steps {
			got, want := schedule.Rate(step), keras.Rates[name][i]
			if !(math.Abs(got-want) <= 2e-6*math.Abs(want)+1e-8) {
				t.Errorf("%s: step %d: wanted Keras's rate %v, found %v", name, step, want, got)
			}
		}
	}
}

func TestOneCycle(t *testing.T) {
	o := oneCycle{peak: 1, totalSteps: 100, warmup: 0.3, div: 25, finalDiv: 1e4}
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
			t.Errorf("step %d: wanted the rate %v, found %v", c.step, c.want, got)
		}
	}
	for step := range 99 {
		if now, next := o.Rate(step), o.Rate(step+1); (step < 29) != (next > now) {
			t.Errorf("step %d: wanted rates that rise until step 29 and then fall, found %v and %v", step, now, next)
		}
	}
	// The shortest runs have valid rates too.
	for total := 1; total < 5; total++ {
		short := oneCycle{peak: 1, totalSteps: total, warmup: 0.3, div: 25, finalDiv: 1e4}
		for step := range total + 1 {
			if got := short.Rate(step); !(got > 0 && got <= 1) {
				t.Errorf("step %d of %d: wanted a rate above 0 and up to 1, found %v", step, total, got)
			}
		}
	}
}

// The schedule of each kind for a run of 20 epochs of 480 steps.
func TestFor(t *testing.T) {
	run := Run{Rate: 0.1, Epochs: 20, Steps: 480}
	for _, c := range []struct {
		kind    Kind
		want    Schedule
		fixedBy string
	}{
		{constant{}, Constant(0.1), ""},
		{newStep(), exponential{initial: 0.1, decaySteps: 4800, factor: 0.1, staircase: true}, ""},
		{&Step{WarmupEpochs: 1.5, StepEpochs: 0.0001, Factor: 0.5}, Warmup{
			Steps: 720, Then: exponential{initial: 0.1, decaySteps: 1, factor: 0.5, staircase: true},
		}, ""},
		{newExponential(), exponential{initial: 0.1, decaySteps: 480, factor: 0.96}, ""},
		{&Exponential{WarmupEpochs: 2, DecayRate: 0.5, Staircase: true}, Warmup{
			Steps: 960, Then: exponential{initial: 0.1, decaySteps: 8640, factor: 0.5, staircase: true},
		}, "decay_epochs (0: all epochs)"},
		{newPolynomial(), polynomial{initial: 0.1, end: 0.0001, decaySteps: 9600, power: 1},
			"decay_epochs (0: all epochs)"},
		{&Polynomial{WarmupEpochs: 1, DecayEpochs: 2.5, EndLearningRate: 0.01, Power: 2, Cycle: true}, Warmup{
			Steps: 480, Then: polynomial{initial: 0.1, end: 0.01, decaySteps: 1200, power: 2, cycle: true},
		}, ""},
		{newCosine(), cosine{initial: 0.1, decaySteps: 9600}, "first_decay_epochs (0: all epochs)"},
		{&Cosine{WarmupEpochs: 40, Alpha: 0.5}, Warmup{ // longer than the run
			Steps: 19200, Then: cosine{initial: 0.1, decaySteps: 1, alpha: 0.5},
		}, "first_decay_epochs (0: all epochs)"},
		{&Cosine{WarmupEpochs: 1, Alpha: 0.5, FirstDecayEpochs: 2, TMul: 3, MMul: 0.25}, Warmup{
			Steps: 480, Then: cosineRestarts{initial: 0.1, firstSteps: 960, tMul: 3, mMul: 0.25, alpha: 0.5},
		}, ""},
		{newOneCycle(), oneCycle{peak: 0.1, totalSteps: 9600, warmup: 0.3, div: 25, finalDiv: 10000},
			"name (one_cycle)"},
	} {
		if got := c.kind.For(run); got != c.want {
			t.Errorf("%+v: wanted %+v, found %+v", c.kind, c.want, got)
		}
		if got := c.kind.FixedBy(); got != c.fixedBy {
			t.Errorf("%+v: wanted it fixed by %q, found %q", c.kind, c.fixedBy, got)
		}
	}
}

// Each kind has a name of its own and valid defaults.
func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range All() {
		if err := setting.Check(k.Settings()); err != nil || seen[k.Name] {
			t.Errorf("%s: wanted valid defaults and a unique name, found %v", k.Name, err)
		}
		seen[k.Name] = true
		rate := k.For(Run{Rate: 0.1, Epochs: 3, Steps: 7}).Rate(0)
		if !(rate > 0 && rate <= 0.1) {
			t.Errorf("%s: wanted a first rate up to 0.1, found %v", k.Name, rate)
		}
	}
}

func TestConstantAndSteps(t *testing.T) {
	if got := Constant(0.25).Rate(1000); got != 0.25 {
		t.Errorf("wanted the constant 0.25, found %v", got)
	}
	for _, c := range []struct {
		epochs float64
		want   int
	}{{0, 0}, {-1, 0}, {1, 480}, {0.5, 240}, {0.0001, 1}, {2.001, 960}, {2.002, 961}} {
		if got := (Run{Steps: 480}).steps(c.epochs); got != c.want {
			t.Errorf("%v epochs: wanted %d steps, found %d", c.epochs, c.want, got)
		}
	}
}

// The rates have the same bits on every architecture.
func TestRateBits(t *testing.T) {
	hash := uint64(14695981039346656037)
	for _, s := range []Schedule{
		exponential{initial: 0.1, decaySteps: 10, factor: 0.96},
		polynomial{initial: 0.1, decaySteps: 200, end: 0.001, power: 0.9},
		Warmup{From: 0.01, Steps: 10, Then: cosine{initial: 0.2, decaySteps: 290, alpha: 0.05}},
		cosineRestarts{initial: 0.1, firstSteps: 17, tMul: 1.5, mMul: 0.8, alpha: 0.01},
		oneCycle{peak: 0.1, totalSteps: 290, warmup: 0.3, div: 25, finalDiv: 1e4},
	} {
		for step := range 300 {
			hash = (hash ^ math.Float64bits(s.Rate(step))) * 1099511628211
		}
	}
	if want := uint64(0x812284ec98647a60); hash != want {
		t.Errorf("wanted rates with the hash %#x, found %#x", want, hash)
	}
}
