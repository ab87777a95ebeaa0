package exact

import (
	"math"
	"testing"
)

// Each function against package math's, whose last bits may differ.
func TestFloat64(t *testing.T) {
	near := func(name string, x, got, want, ulps float64) {
		t.Helper()
		if tolerance := ulps * math.Max(math.Abs(want), 1) * 0x1p-53; !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s(%v) = %v, wanted %v", name, x, got, want)
		}
	}
	for i := range 10_001 {
		x := float64(i) / 10_000
		near("CosPi", x, CosPi(x), math.Cos(math.Pi*x), 4)
		wide := 40*x - 20
		if got, want := Exp64(wide), math.Exp(wide); math.Abs(got/want-1) > 1e-15 {
			t.Errorf("Exp64(%v) = %v, wanted %v", wide, got, want)
		}
		if x > 0 {
			near("Log64", 3*x, Log64(3*x), math.Log(3*x), 4)
			for _, e := range []float64{0.5, 0.9, 2.5, -1.5} {
				if got, want := Power(x, e), math.Pow(x, e); math.Abs(got/want-1) > 1e-14 {
					t.Errorf("Power(%v, %v) = %v, wanted %v", x, e, got, want)
				}
			}
		}
	}
	for _, c := range []struct{ base, exponent, want float64 }{
		{0.3, 1, 0.3}, {0.3, 0, 1}, {0, 0, 1}, {0, 2, 0}, {0, 0.5, 0}, {2, 10, 1024}, {3, 3, 27}, {1, 1e9, 1},
		{0.5, 60, 0x1p-60},
	} {
		if got := Power(c.base, c.exponent); got != c.want {
			t.Errorf("Power(%v, %v) = %v, wanted %v", c.base, c.exponent, got, c.want)
		}
	}
	for _, c := range [][2]float64{{0, 1}, {0.5, 0}, {1, -1}} {
		if got := CosPi(c[0]); got != c[1] {
			t.Errorf("CosPi(%v) = %v, wanted %v", c[0], got, c[1])
		}
	}
}

// The very bits, on every architecture.
func TestFloat64Bits(t *testing.T) {
	for _, c := range []struct {
		name string
		got  float64
		want uint64
	}{
		{"CosPi(0.1)", CosPi(0.1), 0x3fee6f0e134454ff},
		{"CosPi(0.37)", CosPi(0.37), 0x3fd96adefc7ce9c2},
		{"Exp64(-0.7)", Exp64(-0.7), 0x3fdfc80db9dd5542},
		{"Exp64(3.3)", Exp64(3.3), 0x403b1cd5e7807b7b},
		{"Log64(0.96)", Log64(0.96), 0xbfa4e69ed6d80eb3},
		{"Log64(1234.5)", Log64(1234.5), 0x401c79436f818745},
		{"Power(0.96, 0.37)", Power(0.96, 0.37), 0x3fef853258070b56},
	} {
		if got := math.Float64bits(c.got); got != c.want {
			t.Errorf("%s has the bits %#x, wanted %#x", c.name, got, c.want)
		}
	}
}
