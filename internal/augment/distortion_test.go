package augment

import (
	"math"
	"slices"
	"testing"

	"dnn/internal/nn/kernel"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		r    Distortions
		want string // empty: valid
	}{
		{nil, ""},
		{All(), ""},
		{Distortions{&Affine{2, 180, 0.99, 1}, &Elastic{34, 6}}, ""},
		{Distortions{&Elastic{Sigma: 6}}, ""},
		{Distortions{&Affine{1000, 180, 0.99, 10}, &Elastic{10_000, 100}, &Flips{true, true},
			&RandomErasing{1, 1, 1, 1, fillZero}}, ""},
		{Distortions{&Affine{Shift: -1}}, "shift: wanted a number from 0 to 1000, found -1"},
		{Distortions{&Affine{Rotation: 181}}, "rotation: wanted a number from 0 to 180, found 181"},
		{Distortions{&Affine{Scale: 1}}, "scale: wanted a number from 0 to 0.99, found 1"},
		{Distortions{&Affine{Shear: math.NaN()}}, "shear: wanted a number from 0 to 10, found NaN"},
		{Distortions{&Flips{}, &Elastic{math.Inf(1), 6}}, "elastic alpha: wanted a number from 0 to 10000, found +Inf"},
		{Distortions{&Elastic{34, 1e9}}, "elastic sigma: wanted a number from 0.25 to 100, found 1e+09"},
		{Distortions{&Elastic{Alpha: 34}}, "elastic sigma: wanted a number from 0.25 to 100, found 0"},
		{Distortions{&RandomErasing{2, 0.02, 0.33, 0.3, fillZero}},
			"random_erasing probability: wanted a number from 0 to 1, found 2"},
		{Distortions{&RandomErasing{1, 0, 0.33, 0.3, fillZero}},
			"random_erasing scale_min: wanted a number above 0 and at most 1, found 0"},
		{Distortions{&RandomErasing{1, 0.4, 0.33, 0.3, fillZero}},
			"random_erasing scale_min: wanted at most scale_max, 0.33, found 0.4"},
		{Distortions{&RandomErasing{1, 0.02, 0.33, 0, fillZero}},
			"random_erasing ratio: wanted a number from 0.01 to 1, found 0"},
	} {
		got := ""
		if err := c.r.validate(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: found %q, wanted %q", c.r, got, c.want)
		}
	}
}

// TestString holds that the ranges are written as an experiment file has them.
func TestString(t *testing.T) {
	for want, r := range map[string]Distortions{
		"{}": All(),
		"{shift: 0.7, rotation: 12, scale: 0.15, shear: 0.1, elastic: {alpha: 34, sigma: 6}}": all,
		"{rotation: 5, horizontal_flip: true, vertical_flip: true}": {
			&Affine{Rotation: 5}, newElastic(), &Flips{true, true},
		},
		"{random_erasing: {probability: 0.5, scale_min: 0.02, scale_max: 0.33, ratio: 0.3, fill_value: random}}": {
			&RandomErasing{0.5, 0.02, 0.33, 0.3, fillRandom},
		},
	} {
		if got := r.String(); got != want {
			t.Errorf("found %s, wanted %s", got, want)
		}
	}
}

// Every distortion moves or paints, has another group and other settings than the rest, and leaves images alone unless
// it is told otherwise.
func TestAll(t *testing.T) {
	var names []string
	pixels := strokes(3, 28, 28)
	for _, d := range All() {
		_, moves := d.(mover)
		_, paints := d.(painter)
		if moves == paints {
			t.Errorf("%T: wanted a mover or a painter", d)
		}
		group, _ := d.Group()
		for _, s := range d.Settings() {
			names = append(names, prefix(group)+s.Name)
		}
		got := distort(New(Distortions{d}, 28, 28, 1, 1), kernel.Available()[0], 0, 1, pixels)
		if !slices.Equal(got, pixels) {
			t.Errorf("%T changes images without being told to", d)
		}
	}
	slices.Sort(names)
	if each := slices.Compact(slices.Clone(names)); len(each) != len(names) {
		t.Errorf("wanted each setting once, found %v", names)
	}
}
