package nn

import (
	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// The linear units: f(z) = z for z > 0, and something that stays close to 0 below. Their gradients follow from their
// outputs.

// leakyReLU(z) = z for z > 0, else 0.2 z (Maas, Hannun and Ng, ICML workshop 2013; Keras's negative_slope).
func leakyReLU() Activation {
	const negativeSlope = float32(0.2)
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 {
				if z < 0 {
					return negativeSlope * z
				}
				return z
			})
		},
		backward: func(_ *kernel.Worker, y, dy kernel.Matrix) {
			eachGradient(y, dy, func(y, dy float32) float32 {
				if y > 0 {
					return dy
				}
				return negativeSlope * dy
			})
		},
	}
}

// elu(z) = z for z > 0, else e^z - 1 (Clevert, Unterthiner and Hochreiter, ICLR 2016). Below 0 its gradient is y + 1.
func elu() Activation { return exponentialUnit(1, 1) }

// selu is elu with the scale and the alpha for which activations of mean 0 and variance 1 keep them from layer to layer
// (Klambauer et al., NIPS 2017): scale z for z > 0, else scale alpha (e^z - 1).
func selu() Activation { return exponentialUnit(1.0507009873554805, 1.6732632423543772) }

// exponentialUnit is scale z for z > 0, else scale alpha (e^z - 1), whose gradient is y + scale alpha.
func exponentialUnit(scale, alpha float32) Activation {
	below := float32(scale * alpha)
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 {
				if z < 0 {
					return below * exact.Expm1(z)
				}
				return scale * z
			})
		},
		backward: func(_ *kernel.Worker, y, dy kernel.Matrix) {
			eachGradient(y, dy, func(y, dy float32) float32 {
				if y < 0 {
					return dy * (y + below)
				}
				return dy * scale
			})
		},
	}
}
