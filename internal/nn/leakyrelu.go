package nn

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

var leakyReluKind = kind{
	name:     "leaky_relu",
	class:    "LeakyReLU",
	layer:    "leaky_re_lu",
	defaults: LayerSpec{NegativeSlope: 0.3},
	settings: func(l *LayerSpec) []setting.Setting {
		return []setting.Setting{
			{Name: "negative_slope", Value: &l.NegativeSlope, Bounds: setting.From(0, maxSlope), Example: "0.01",
				Doc: "Factor of what is below 0. As an activation, leaky_relu has 0.2."},
		}
	},
	shape:  func(_ LayerSpec, in Shape) Shape { return in },
	params: func(LayerSpec, Shape) []ParamSpec { return nil },
	build:  func(l LayerSpec, _ []*Param) Layer { return leakyRelu{slope: float32(l.NegativeSlope)} },
}

// maxSlope is the largest negative_slope or alpha.
const maxSlope = 1000

// leakyRelu is y = x for x > 0, else slope x (Maas, Hannun and Ng, ICML workshop 2013).
type leakyRelu struct{ slope float32 }

func (leakyRelu) Params() []*Param { return nil }

func (l leakyRelu) Forward(w *kernel.Worker, _ Pass, x, y kernel.Matrix) { w.LeakyUnit(y, x, l.slope) }

func (l leakyRelu) Backward(w *kernel.Worker, _ Pass, x, _, dy, dx kernel.Matrix) {
	if dx.Rows > 0 {
		w.LeakyUnitSlope(dx, dy, x, l.slope)
	}
}

func (leakyRelu) Update(*kernel.Worker, kernel.Matrix, kernel.Matrix, int, int, Updater) {}
