package nn

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

var activationKind = kind{
	name:  "activation",
	class: "Activation",
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{{Name: "activation", Value: &l.Activation, Choices: Activations(), Required: true,
			Example: "relu",
			Doc: "Function of each value: behind a batch_normalization, for example, with activation: linear in " +
				"the dense layer before it."}}
	},
	shape:  func(_ LayerSpec, in Shape) Shape { return in },
	params: func(LayerSpec, Shape) []ParamSpec { return nil },
	build:  func(l LayerSpec, _ []*Param) Layer { return activationLayer{activations[l.Activation]} },
}

// activationLayer applies an activation to its inputs. It is also what a Dense layer gets behind it if the gradient of
// its activation cannot be computed from outputs, so that inputs must be kept. The architecture does not list that one.
type activationLayer struct{ Activation }

func (activationLayer) Params() []*Param { return nil }

func (a activationLayer) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) {
	if a.inPlace {
		copyRows(y, x)
		x = y
	}
	a.forward(w, y, x)
}

func (a activationLayer) Backward(w *kernel.Worker, _ Pass, x, y, dy, dx kernel.Matrix) {
	if dx.Rows == 0 {
		return
	}
	if a.inPlace {
		copyRows(dx, dy)
		dy = dx
	}
	if !a.ofInput {
		x = y
	}
	a.backward(w, x, dy, dx)
}

func (activationLayer) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}

// copyRows copies src to dst, which has the same shape.
func copyRows(dst, src kernel.Matrix) {
	for r := range src.Rows {
		copy(dst.Row(r), src.Row(r))
	}
}
