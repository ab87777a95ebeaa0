package nn

import (
	"math"
	"testing"
)

// ulps returns how many float32 lie between got and want, at most a few.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	unit := float64(math.Nextafter32(float32(math.Abs(float64(w))), inf)) - math.Abs(float64(w))
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
func TestAccuracyOfActivations(t *testing.T) {
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	probability := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	cases := []struct {
		name      string
		low, high float64
		f         func(float32) float32
		want      func(float64) float64
		ulps      float64
	}{
		{"expm1", -20, 0, expm1, math.Expm1, 8},
		{"expm1 close to 0", -0.01, 0, expm1, math.Expm1, 8},
		{"log1p", 0, 1, log1p, math.Log1p, 1},
		{"log1p close to 0", 0, 0x1p-12, log1p, math.Log1p, 1},
		{"normal probability", -13, 6, func(x float32) float32 { p, _ := normal(x); return p }, probability, 2},
		{"normal density", -13, 13, func(x float32) float32 { _, d := normal(x); return d }, density, 2},
	}
	for _, c := range cases {
		largest, at := worst(c.low, c.high, c.f, c.want)
		t.Logf("%s: %.2f ulp at %v", c.name, largest, at)
		if largest > c.ulps {
			t.Errorf("%s: %.2f ulp at %v, want at most %v", c.name, largest, at, c.ulps)
		}
	}
}

// Far out, activations are what they tend to and their gradients are numbers.
func TestActivationsFarOut(t *testing.T) {
	const far = 1e30
	for name, want := range map[string][2]float32{ // at -far and at far
		"elu": {-1, far}, "gelu": {0, far}, "leaky_relu": {-0.2 * far, far}, "linear": {-far, far}, "relu": {0, far},
		"selu": {-1.7580993, 1.050701 * far}, "sigmoid": {0, 1}, "silu": {0, far}, "softplus": {0, far}, "tanh": {-1, 1},
	} {
		a := activations[name]
		z, y, dy := newMatrix(1, 2), newMatrix(1, 2), newMatrix(1, 2)
		copy(z.Data, []float32{-far, far})
		copy(y.Data, z.Data)
		copy(dy.Data, []float32{1, 1})
		a.forward(kernelWorker(), y)
		near(t, name, row(y, 0), want[:], 1e-6)
		if a.slope != nil {
			activationLayer{a}.Backward(nil, Pass{}, z, y, dy, dy)
		} else {
			a.backward(kernelWorker(), y, dy)
		}
		for _, d := range row(dy, 0) {
			if !finite(d) {
				t.Errorf("%s: gradients %v", name, row(dy, 0))
			}
		}
	}
}
