package nn_test

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// Far from 0, activations are what they tend to, and their gradients are numbers.
func TestActivationsFarOut(t *testing.T) {
	const far = 1e30
	for name, want := range map[string][2]float32{ // at -far and at far
		"elu": {-1, far}, "gelu": {0, far}, "leaky_relu": {-0.2 * far, far}, "linear": {-far, far}, "relu": {0, far},
		"selu": {-1.7580993, 1.050701 * far}, "sigmoid": {0, 1}, "silu": {0, far}, "softplus": {0, far},
		"tanh": {-1, 1}, "celu": {-1, far}, "hard_shrink": {-far, far}, "hard_sigmoid": {0, 1}, "hard_silu": {0, far},
		"hard_tanh": {-1, 1}, "log_sigmoid": {-far, 0}, "mish": {0, far}, "relu6": {0, 6}, "soft_shrink": {-far, far},
		"softsign": {-1, 1}, "sparse_plus": {0, far}, "sparse_sigmoid": {0, 1}, "squareplus": {0, far},
		"tanh_shrink": {-far, far},
	} {
		z := kernel.NewMatrix(1, 2)
		copy(z.Data, []float32{-far, far})
		y, dy := nn.Activate(nntest.Worker(), name, z)
		nntest.Near(t, name, y.Row(0), want[:], 1e-6)
		for _, d := range dy.Row(0) {
			if !nntest.Finite(d) {
				t.Errorf("%s: gradients %v", name, dy.Row(0))
			}
		}
	}
}
