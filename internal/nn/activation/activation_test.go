package activation

import (
	"math"
	"testing"
)

// A slope is the limit of difference quotients. The points are away from kinks.
func TestSlopes(t *testing.T) {
	const h = 1.0 / 256
	for _, f := range All() {
		for _, z := range []float32{-7.3, -3.6, -2.2, -1.4, -0.8, -0.33, -0.12, 0.07, 0.29, 0.71, 1.3, 2.4, 3.5, 5.1, 8.2} {
			v := f.Of(z)
			if f.OfInput {
				v = z
			}
			quotient := (float64(f.Of(z+h)) - float64(f.Of(z-h))) / (2 * h)
			if got := float64(f.Slope(v)); math.Abs(got-quotient) > 1e-3*(1+math.Abs(quotient)) {
				t.Errorf("%s: the slope at %v is %v, wanted about %v", f.Name, z, got, quotient)
			}
		}
	}
}

// NaN remains NaN, so that training that diverges is noticed.
func TestNaN(t *testing.T) {
	for _, f := range All() {
		if y := f.Of(float32(math.NaN())); y == y {
			t.Errorf("%s of NaN is %v", f.Name, y)
		}
	}
}

func TestOrder(t *testing.T) {
	all := All()
	for i := range all[1:] {
		if all[i].Name >= all[i+1].Name {
			t.Errorf("%s comes before %s", all[i].Name, all[i+1].Name)
		}
	}
}
