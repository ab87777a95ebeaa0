package nn

import (
	"maps"
	"slices"

	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// Activation is a function that a layer applies in place to all rows of its outputs, with its gradient.
type Activation struct {
	// forward computes y = f(y).
	forward func(w *kernel.Worker, y kernel.Matrix)

	// backward multiplies dy by f'(z), given y = f(z).
	backward func(w *kernel.Worker, y, dy kernel.Matrix)

	// slope returns f'(z). It is set instead of backward where the gradient cannot be computed from y.
	slope func(z float32) float32

	// forwardBias, if not nil, computes y = f(y + bias) in one pass.
	forwardBias func(w *kernel.Worker, y kernel.Matrix, bias []float32)
}

// activations has all activations by Keras's names. It is never written to.
var activations = map[string]Activation{
	"elu":        elu(),
	"gelu":       gelu(),
	"leaky_relu": leakyReLU(),
	"selu":       selu(),
	"silu":       silu(),
	"softplus":   softplus(),
	"linear": {
		forward:  func(*kernel.Worker, kernel.Matrix) {},
		backward: func(*kernel.Worker, kernel.Matrix, kernel.Matrix) {},
	},
	// relu(z) = max(z, 0); its gradient at 0 is taken as 0.
	"relu": {
		forward:     func(w *kernel.Worker, y kernel.Matrix) { kernel.EachElement(y, kernel.Relu) },
		backward:    func(w *kernel.Worker, y, dy kernel.Matrix) { w.ReluGrad(dy, y) },
		forwardBias: func(w *kernel.Worker, y kernel.Matrix, bias []float32) { w.BiasRelu(y, bias) },
	},
	// sigmoid(z) = 1 / (1 + e^-z); the gradient is y (1 - y).
	"sigmoid": elementwise(exact.Sigmoid, func(y, dy float32) float32 { return dy * float32(y*(1-y)) }),
	// tanh's gradient is 1 - y^2.
	"tanh": elementwise(exact.Tanh, func(y, dy float32) float32 { return dy * (1 - float32(y*y)) }),
	// softmax(z)_j = e^z_j / sum_k e^z_k over a row; the gradient is y_j (dy_j - sum_k dy_k y_k).
	"softmax": {
		forward: func(w *kernel.Worker, y kernel.Matrix) {
			if y.Rows > 0 {
				w.SoftmaxRows(y).Store(w, y)
			}
		},
		backward: func(w *kernel.Worker, y, dy kernel.Matrix) {
			for r := range y.Rows {
				y, dy := y.Row(r), dy.Row(r)
				var sum float32
				for j := range y {
					sum += float32(dy[j] * y[j])
				}
				for j := range y {
					dy[j] = y[j] * (dy[j] - sum)
				}
			}
		},
	},
}

// Activations returns the names of all activations in alphabetical order.
func Activations() []string { return slices.Sorted(maps.Keys(activations)) }

// elementwise returns the activation f. backward returns dy f'(z), given y = f(z).
func elementwise(f func(z float32) float32, backward func(y, dy float32) float32) Activation {
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) { kernel.EachElement(y, f) },
		backward: func(_ *kernel.Worker, y, dy kernel.Matrix) {
			for r := range y.Rows {
				y, dy := y.Row(r), dy.Row(r)
				for j := range y {
					dy[j] = backward(y[j], dy[j])
				}
			}
		},
	}
}
