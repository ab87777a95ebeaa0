package nn

import "dnn/internal/nn/kernel"

// activationLayer applies an activation whose gradient cannot be computed from its outputs, so its inputs must be kept.
// A Dense layer with such an activation gets this layer behind it. The architecture does not list it.
type activationLayer struct{ Activation }

func (activationLayer) Params() []*Param { return nil }

func (a activationLayer) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) { a.forward(w, y, x) }

func (a activationLayer) Backward(w *kernel.Worker, _ Pass, x, _, dy, dx kernel.Matrix) {
	if dx.Rows > 0 {
		a.backward(w, x, dy, dx)
	}
}

func (activationLayer) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}
