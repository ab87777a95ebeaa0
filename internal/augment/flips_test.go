package augment

import (
	"math"
	"testing"

	"dnn/internal/nn/kernel"
)

// A flipped image is the original's mirror image, to the bit, and the two flips are two coins.
func TestFlips(t *testing.T) {
	const rows, cols, n = 6, 9, 4000
	image := make([]uint8, rows*cols)
	for i := range image {
		image[i] = uint8(i + 1)
	}
	flipped := func(x, y bool) string {
		out := make([]uint8, len(image))
		for i := range image {
			r, c := i/cols, i%cols
			if x {
				c = cols - 1 - c
			}
			if y {
				r = rows - 1 - r
			}
			out[i] = image[r*cols+c]
		}
		return string(out)
	}
	for _, c := range []struct {
		r    Flips
		want []string // all as frequent
	}{
		{Flips{Horizontal: true}, []string{flipped(false, false), flipped(true, false)}},
		{Flips{Vertical: true}, []string{flipped(false, false), flipped(false, true)}},
		{Flips{Horizontal: true, Vertical: true},
			[]string{flipped(false, false), flipped(true, false), flipped(false, true), flipped(true, true)}},
	} {
		a := New(Distortions{&c.r}, rows, cols, 1, 1)
		got, out := map[string]int{}, make([]uint8, len(image))
		for sample := range n {
			a.Apply(kernel.Available()[0], 0, out, image, sample)
			got[string(out)]++
		}
		if len(got) != len(c.want) {
			t.Errorf("%+v: %d different images, wanted %d", c.r, len(got), len(c.want))
		}
		p := 1 / float64(len(c.want))
		for i, image := range c.want {
			if off := float64(got[image]) - n*p; math.Abs(off) > 5*math.Sqrt(n*p*(1-p)) {
				t.Errorf("%+v: image %d came %d times of %d", c.r, i, got[image], n)
			}
		}
	}
}
