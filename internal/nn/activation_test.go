package nn

import (
	"testing"

	"dnn/internal/nn/kernel"
)

// Far out, activations are what they tend to and their gradients are numbers.
func TestActivationsFarOut(t *testing.T) {
	const far = 1e30
	for name, want := range map[string][2]float32{ // at -far and at far
		"elu": {-1, far}, "gelu": {0, far}, "leaky_relu": {-0.2 * far, far}, "linear": {-far, far}, "relu": {0, far},
		"selu": {-1.7580993, 1.050701 * far}, "sigmoid": {0, 1}, "silu": {0, far}, "softplus": {0, far}, "tanh": {-1, 1},
	} {
		a := activations[name]
		z, y, dy := kernel.NewMatrix(1, 2), kernel.NewMatrix(1, 2), kernel.NewMatrix(1, 2)
		copy(z.Data, []float32{-far, far})
		copy(y.Data, z.Data)
		copy(dy.Data, []float32{1, 1})
		a.forward(kernelWorker(), y)
		near(t, name, y.Row(0), want[:], 1e-6)
		if a.slope != nil {
			activationLayer{a}.Backward(nil, Pass{}, z, y, dy, dy)
		} else {
			a.backward(kernelWorker(), y, dy)
		}
		for _, d := range dy.Row(0) {
			if !finite(d) {
				t.Errorf("%s: gradients %v", name, dy.Row(0))
			}
		}
	}
}
