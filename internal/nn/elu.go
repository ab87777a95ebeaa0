package nn

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

var eluKind = kind{
	name:     "elu",
	class:    "ELU",
	defaults: LayerSpec{Alpha: 1},
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{
			{Name: "alpha", Value: &l.Alpha, Bounds: setting.From(0, maxSlope), Example: "0.5",
				Doc: "Below 0, outputs go towards minus this."},
		}
	},
	shape:  func(_ LayerSpec, in Shape) Shape { return in },
	params: func(LayerSpec, Shape) []ParamSpec { return nil },
	build:  func(l LayerSpec, _ []*Param) Layer { return elu{alpha: float32(l.Alpha)} },
}

// elu is y = x for x > 0, else alpha (e^x - 1) (Clevert, Unterthiner and Hochreiter, ICLR 2016). As in Keras, its slope
// at 0 is alpha.
type elu struct{ alpha float32 }

func (elu) Params() []*Param { return nil }

func (e elu) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) { w.AlphaUnit(y, x, e.alpha) }

// Backward computes dx = dy for x > 0, else dy alpha e^x, which is dy (y + alpha).
func (e elu) Backward(w *kernel.Worker, _ Pass, x, y, dy, dx kernel.Matrix) {
	if dx.Rows > 0 {
		w.AlphaUnitSlope(dx, dy, x, y, e.alpha)
	}
}

func (elu) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}
