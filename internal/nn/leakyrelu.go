package nn

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// leakyReluKind is y = x for x > 0, else negative_slope x (Maas, Hannun and Ng, ICML workshop 2013).
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
	build: func(l LayerSpec, _ []*Param) Layer {
		return activationLayer{elementwise(kernel.NewLeakyRelu(float32(l.NegativeSlope)))}
	},
}

// maxSlope is the largest negative_slope or alpha.
const maxSlope = 1000
