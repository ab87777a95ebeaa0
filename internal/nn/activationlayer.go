package nn

import "dnn/internal/nn/kernel"

// activationLayer applies an activation whose gradient cannot be computed from its outputs, so its inputs must be kept.
// A Dense layer with such an activation gets this layer behind it. The architecture does not list it.
type activationLayer struct{ Activation }

func (activationLayer) Params() []*Param { return nil }

func (a activationLayer) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) {
	for r := range x.Rows {
		copy(y.Row(r), x.Row(r))
	}
	a.forward(w, y)
}

func (a activationLayer) Backward(_ *kernel.Worker, _ Pass, x, _, dy, dx kernel.Matrix) {
	for r := range dx.Rows {
		z, dy, dx := x.Row(r), dy.Row(r), dx.Row(r)
		for j, d := range dy {
			dx[j] = d * a.slope(z[j])
		}
	}
}

func (activationLayer) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}
