package picture

import (
	"image/color"
	"math"
	"testing"
)

// contrast returns WCAG 2's contrast ratio of two colors, from 1 to 21.
func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	for name, th := range map[string]Theme{"light": Light(), "dark": Dark()} {
		for what, c := range map[string]color.RGBA{"ink": th.ink, "gray": th.gray} {
			if got := contrast(c, th.paper); got < 4.5 { // WCAG 2, 1.4.3, for text
				t.Errorf("%s: the contrast of %s is %.1f", name, what, got)
			}
		}
		for what, c := range map[string]color.RGBA{"training": th.training, "validation": th.validation,
			"rate": th.rate} {
			if got := contrast(c, th.paper); got < 3 { // WCAG 2, 1.4.11, for graphics
				t.Errorf("%s: the contrast of %s is %.1f", name, what, got)
			}
		}
		for what, r := range map[string]ramp{"right": th.right, "wrong": th.wrong} {
			for i := range 101 {
				c := r.at(float64(i) / 100)
				if got := contrast(c, readableOn(c)); got < 4.5 {
					t.Errorf("%s: counts on %s at %d %% have a contrast of %.1f", name, what, i, got)
				}
			}
		}
	}
}

func TestLuminance(t *testing.T) {
	for hex, want := range map[uint32]float64{0x000000: 0, 0xffffff: 1, 0xff0000: 0.2126, 0x808080: 0.2159} {
		if got := luminance(rgb(hex)); math.Abs(got-want) > 5e-5 {
			t.Errorf("%06x: got %v, want %v", hex, got, want)
		}
	}
}

// TestRampsAreMonotonic checks that brightness alone tells more from less, for print and for color blindness.
func TestRampsAreMonotonic(t *testing.T) {
	for name, th := range map[string]Theme{"light": Light(), "dark": Dark()} {
		for what, r := range map[string]ramp{"right": th.right, "wrong": th.wrong, "below": th.below,
			"above": th.above} {
			last := 1.0
			for i := range 11 {
				now := contrast(r.at(float64(i)/10), r[0])
				if i > 0 && now <= last {
					t.Errorf("%s: %s at %d0 %% is no further from 0 than before", name, what, i)
				}
				last = now
			}
		}
	}
}

func TestRampEnds(t *testing.T) {
	r := ramp{rgb(0x000000), rgb(0x102030), rgb(0xff8040)}
	for x, want := range map[float64]color.RGBA{
		math.Inf(-1): r[0], -1: r[0], 0: r[0], 0.25: rgb(0x081018), 0.5: r[1], 1: r[2], 2: r[2], math.Inf(1): r[2],
	} {
		if got := r.at(x); got != want {
			t.Errorf("at %v: got %v, want %v", x, got, want)
		}
	}
	if got := r.at(math.NaN()); got != r[0] {
		t.Errorf("at NaN: %v", got)
	}
}
