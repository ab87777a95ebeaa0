package nn

import (
	"maps"
	"slices"

	"dnn/internal/nn/activation"
	"dnn/internal/nn/kernel"
)

// Activation is a function that a layer applies to all rows of its outputs, with its gradient.
type Activation struct {
	// forward computes y = f(z); y may be z.
	forward func(w *kernel.Worker, y, z kernel.Matrix)

	// backward computes dz = dy f'(z), given v, which is z if ofInput is set, else y = f(z). dz may be dy.
	backward func(w *kernel.Worker, v, dy, dz kernel.Matrix)
	ofInput  bool
	inPlace  bool // y must be z, and dz must be dy

	// forwardBias, if not nil, computes y = f(y + bias) in one pass.
	forwardBias func(w *kernel.Worker, y kernel.Matrix, bias []float32)
}

// activations has all activations by Keras's names: those of package activation, and those that are not functions of
// one element or have kernels of their own. It is never written to.
var activations = func() map[string]Activation {
	all := map[string]Activation{"linear": linear, "relu": relu, "softmax": softmax}
	for _, f := range activation.All() {
		all[f.Name] = elementwise(kernel.NewActivation(f))
	}
	return all
}()

// elementwise returns the activation that applies f to each element.
func elementwise(f kernel.Activation) Activation {
	return Activation{
		forward:  func(w *kernel.Worker, y, z kernel.Matrix) { w.Activate(f, y, z) },
		backward: func(w *kernel.Worker, v, dy, dz kernel.Matrix) { w.ActivationSlope(f, dz, dy, v) },
		ofInput:  f.OfInput,
	}
}

// Activations returns the names of all activations in alphabetical order.
func Activations() []string { return slices.Sorted(maps.Keys(activations)) }

// The activations that are applied in place only.
var (
	linear = Activation{
		inPlace:  true,
		forward:  func(*kernel.Worker, kernel.Matrix, kernel.Matrix) {},
		backward: func(*kernel.Worker, kernel.Matrix, kernel.Matrix, kernel.Matrix) {},
	}

	// relu is max(z, 0); its gradient at 0 is taken as 0.
	relu = Activation{
		inPlace:     true,
		forward:     func(_ *kernel.Worker, y, _ kernel.Matrix) { kernel.EachElement(y, kernel.Relu) },
		backward:    func(w *kernel.Worker, y, dy, _ kernel.Matrix) { w.ReluGrad(dy, y) },
		forwardBias: func(w *kernel.Worker, y kernel.Matrix, bias []float32) { w.BiasRelu(y, bias) },
	}

	// softmax is e^z_j / sum_k e^z_k over a row; the gradient is y_j (dy_j - sum_k dy_k y_k).
	softmax = Activation{
		inPlace: true,
		forward: func(w *kernel.Worker, y, _ kernel.Matrix) {
			if y.Rows > 0 {
				w.SoftmaxRows(y).Store(w, y)
			}
		},
		backward: func(_ *kernel.Worker, y, dy, _ kernel.Matrix) {
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
	}
)
