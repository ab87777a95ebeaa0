package interop

import (
	"math"
	"testing"
)

// TestSteps tests that the number of steps follows from the power that Adam's checkpoint has, as far as float64 goes.
func TestSteps(t *testing.T) {
	for _, base := range []float64{float64(float32(0.999)), float64(float32(0.9)), 0.5} {
		power := 1.
		for n := range 1000 {
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
}
