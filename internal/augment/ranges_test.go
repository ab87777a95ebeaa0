package augment

import (
	"math"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		r    Ranges
		want string // empty: valid
	}{
		{Ranges{}, ""},
		{Ranges{Shift: 2, Rotation: 180, Scale: 0.99, Shear: 1, Elastic: Elastic{34, 6}}, ""},
		{Ranges{Elastic: Elastic{Sigma: 6}}, ""},
		{Ranges{MaxShift, MaxRotation, MaxScale, MaxShear, Elastic{MaxAlpha, MaxSigma}, true, true}, ""},
		{Ranges{Shift: -1}, "shift: wanted a number from 0 to 1000, found -1"},
		{Ranges{Rotation: 181}, "rotation: wanted a number from 0 to 180, found 181"},
		{Ranges{Scale: 1}, "scale: wanted a number from 0 to 0.99, found 1"},
		{Ranges{Shear: math.NaN()}, "shear: wanted a number from 0 to 10, found NaN"},
		{Ranges{Elastic: Elastic{math.Inf(1), 6}}, "elastic alpha: wanted a number from 0 to 10000, found +Inf"},
		{Ranges{Elastic: Elastic{34, 1e9}}, "elastic sigma: wanted a number from 0 to 100, found 1e+09"},
		{Ranges{Elastic: Elastic{Alpha: 34}}, "elastic sigma: wanted at least 0.25 pixels, found 0"},
	} {
		got := ""
		if err := c.r.Validate(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.r, got, c.want)
		}
	}
}

// TestString holds that the ranges are written as an experiment file has them.
func TestString(t *testing.T) {
	for want, r := range map[string]Ranges{
		"{}": {Elastic: Elastic{Sigma: 4}},
		"{shift: 0.7, rotation: 12, scale: 0.15, shear: 0.1, elastic: {alpha: 34, sigma: 6}}": {
			Shift: 0.7, Rotation: 12, Scale: 0.15, Shear: 0.1, Elastic: Elastic{34, 6},
		},
		"{horizontal_flip: true, vertical_flip: true}": {HorizontalFlip: true, VerticalFlip: true},
	} {
		if got := r.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
