package history

import (
	"math"
	"testing"
)

func TestRateChanges(t *testing.T) {
	c := RateChanges{{Step: 10, Factor: 0.5}, {Step: 12, Factor: 0.25}, {Step: 20, Factor: 1}}
	for step, want := range map[int]float64{0: 1, 9: 1, 10: 0.5, 11: 0.5, 12: 0.25, 19: 0.25, 20: 1, 99: 1} {
		if got := c.Factor(step); got != want {
			t.Errorf("step %d: wanted %v, found %v", step, want, got)
		}
	}
	for steps, want := range map[int]int{0: 0, 10: 0, 11: 1, 12: 1, 13: 2, 20: 2, 21: 3} {
		if got := c.Before(steps); len(got) != want {
			t.Errorf("before step %d: wanted %d changes, found %v", steps, want, got)
		}
	}
	for name, c := range map[string]RateChanges{
		"negative step": {{Step: -1, Factor: 1}},
		"same step":     {{Step: 3, Factor: 2}, {Step: 3, Factor: 1}},
		"back":          {{Step: 3, Factor: 2}, {Step: 1, Factor: 1}},
		"zero":          {{Step: 3}},
		"NaN":           {{Step: 3, Factor: math.NaN()}},
		"infinite":      {{Step: 3, Factor: math.Inf(1)}},
	} {
		if c.Check() == nil {
			t.Errorf("%s: wanted an error, found none", name)
		}
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}
