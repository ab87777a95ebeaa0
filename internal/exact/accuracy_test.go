package exact

import (
	"math"
	"testing"
)

// ulps returns how many float32 lie between got and want, at most a few.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	unit := float64(math.Nextafter32(float32(math.Abs(float64(w))), float32(math.Inf(1)))) - math.Abs(float64(w))
	return math.Abs(float64(got)-want) / unit
}

// worst returns the largest error of f over float32s from low to high, and where it is.
func worst(low, high float64, f func(float32) float32, want func(float64) float64) (largest float64, at float32) {
	const points = 200_000
	for i := range points + 1 {
		x := float32(low + (high-low)*float64(i)/points)
		if e := ulps(f(x), want(float64(x))); e > largest {
			largest, at = e, x
		}
	}
	return largest, at
}

// The errors that the comments state.
func TestAccuracy(t *testing.T) {
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	probability := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	cases := []struct {
		name      string
		low, high float64
		f         func(float32) float32
		want      func(float64) float64
		ulps      float64
	}{
		{"expm1", -20, 0, Expm1, math.Expm1, 2},
		{"expm1 close to 0", -0.01, 0, Expm1, math.Expm1, 2},
		{"log1p", 0, 1, Log1p, math.Log1p, 2},
		{"log1p close to 0", 0, 0x1p-12, Log1p, math.Log1p, 2},
		{"normal probability", -13, 6, func(x float32) float32 { p, _ := Normal(x); return p }, probability, 6},
		{"normal density", -13, 13, func(x float32) float32 { _, d := Normal(x); return d }, density, 3},
	}
	for _, c := range cases {
		largest, at := worst(c.low, c.high, c.f, c.want)
		t.Logf("%s: %.2f ulp at %v", c.name, largest, at)
		if largest > c.ulps {
			t.Errorf("%s: %.2f ulp at %v, wanted at most %v", c.name, largest, at, c.ulps)
		}
	}
}
