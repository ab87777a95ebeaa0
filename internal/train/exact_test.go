package train

import (
	"math"
	"testing"
)

// Each function against package math's, whose last bits may differ.
func TestExact(t *testing.T) {
	near := func(name string, x, got, want, ulps float64) {
		t.Helper()
		if tolerance := ulps * math.Max(math.Abs(want), 1) * 0x1p-53; !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s(%v) = %v, want %v", name, x, got, want)
		}
	}
	for i := range 10_001 {
		x := float64(i) / 10_000
		near("cosPi", x, cosPi(x), math.Cos(math.Pi*x), 4)
		wide := 40*x - 20
		if got, want := exp(wide), math.Exp(wide); math.Abs(got/want-1) > 1e-15 {
			t.Errorf("exp(%v) = %v, want %v", wide, got, want)
		}
		if x > 0 {
			near("log", 3*x, log(3*x), math.Log(3*x), 4)
			for _, e := range []float64{0.5, 0.9, 2.5, -1.5} {
				if got, want := power(x, e), math.Pow(x, e); math.Abs(got/want-1) > 1e-14 {
					t.Errorf("power(%v, %v) = %v, want %v", x, e, got, want)
				}
			}
		}
	}
	for _, c := range []struct{ base, exponent, want float64 }{
		{0.3, 1, 0.3}, {0.3, 0, 1}, {0, 0, 1}, {0, 2, 0}, {0, 0.5, 0}, {2, 10, 1024}, {3, 3, 27}, {1, 1e9, 1}, {0.5, 60, 0x1p-60},
	} {
		if got := power(c.base, c.exponent); got != c.want {
			t.Errorf("power(%v, %v) = %v, want %v", c.base, c.exponent, got, c.want)
		}
	}
	for _, c := range [][2]float64{{0, 1}, {0.5, 0}, {1, -1}} {
		if got := cosPi(c[0]); got != c[1] {
			t.Errorf("cosPi(%v) = %v, want %v", c[0], got, c[1])
		}
	}
}

// The very bits, on every architecture.
func TestExactBits(t *testing.T) {
	for _, c := range []struct {
		name string
		got  float64
		want uint64
	}{
		{"cosPi(0.1)", cosPi(0.1), 0x3fee6f0e134454ff},
		{"cosPi(0.37)", cosPi(0.37), 0x3fd96adefc7ce9c2},
		{"exp(-0.7)", exp(-0.7), 0x3fdfc80db9dd5542},
		{"exp(3.3)", exp(3.3), 0x403b1cd5e7807b7b},
		{"log(0.96)", log(0.96), 0xbfa4e69ed6d80eb3},
		{"log(1234.5)", log(1234.5), 0x401c79436f818745},
		{"power(0.96, 0.37)", power(0.96, 0.37), 0x3fef853258070b56},
	} {
		if got := math.Float64bits(c.got); got != c.want {
			t.Errorf("%s has the bits %#x, want %#x", c.name, got, c.want)
		}
	}
}
