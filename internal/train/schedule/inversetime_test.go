package schedule

import (
	"math"
	"testing"
)

// The formula, with rates that a person can check. TestSchedulesAsKeras compares more of them with Keras.
func TestInverseTime(t *testing.T) {
	run := Run{Rate: 0.1, Epochs: 10, Steps: 100}
	for _, c := range []struct {
		kind  InverseTime
		rates map[int]float64
	}{
		{*newInverseTime(), map[int]float64{0: 0.1, 50: 0.1 / 1.25, 100: 0.1 / 1.5, 199: 0.1 / 1.995, 1000: 0.1 / 6}},
		{InverseTime{DecayEpochs: 1, DecayRate: 1, Staircase: true},
			map[int]float64{0: 0.1, 99: 0.1, 100: 0.05, 199: 0.05, 200: 0.1 / 3}},
		{InverseTime{DecayRate: 1}, map[int]float64{0: 0.1, 500: 0.1 / 1.5, 1000: 0.05}},
		{InverseTime{DecayRate: 1, WarmupEpochs: 2},
			map[int]float64{0: 0, 100: 0.05, 200: 0.1, 600: 0.1 / 1.5, 1000: 0.05}},
	} {
		for step, want := range c.rates {
			if got := c.kind.For(run).Rate(step); math.Abs(got-want) > 1e-15 {
				t.Errorf("%+v: step %d: wanted the rate %v, found %v", c.kind, step, want, got)
			}
		}
	}
	for epochs, want := range map[float64]string{0: "decay_epochs (0: all epochs)", 1: ""} {
		if got := (&InverseTime{DecayEpochs: epochs}).FixedBy(); got != want {
			t.Errorf("a decay of %v epochs: wanted it fixed by %q, found %q", epochs, want, got)
		}
	}
}

// The rates have the same bits on every architecture.
func TestInverseTimeBits(t *testing.T) {
	hash := uint64(14695981039346656037)
	for step := range 300 {
		rate := inverseTime{initial: 0.1, decaySteps: 10, decayRate: 0.3}.Rate(step)
		hash = (hash ^ math.Float64bits(rate)) * 1099511628211
	}
	if want := uint64(0xcd8d51c9c3461e36); hash != want {
		t.Errorf("wanted rates with the hash %#x, found %#x", want, hash)
	}
}
