package interop

import (
	"math"
	"testing"
)

// TestSteps tests that the number of steps follows from the power that Adam's checkpoint has, as far as float64 goes.
func TestSteps(t *testing.T) {
	for _, base := range []float64{float64(float32(0.999)), float64(float32(0.9)), 0.5} {
		power := 1.
		for n := range int64(1000) {
			if found := steps(base, power); found != n {
				t.Fatalf("%v to the power of %d: found %d", base, n, found)
			}
			power *= base
		}
		if power = math.Pow(base, 1000); power > 0 && steps(base, power) != 1000 {
			t.Errorf("%v to the power of 1000, computed another way: found %d", base, steps(base, power))
		}
	}
	if n := steps(1, 0.5); n != 0 {
		t.Errorf("of a base of 1: found %d", n)
	}
	for _, base := range []float64{float64(float32(0.999)), 0.5} { // more steps than float64 has numbers for
		for _, power := range []float64{0, math.SmallestNonzeroFloat64, 1e-321} {
			if n := steps(base, power); math.Pow(base, float64(n)) > 1e-300 {
				t.Errorf("%v, %v: found %d, wanted so many that the power is next to nothing", base, power, n)
			}
		}
	}
}
