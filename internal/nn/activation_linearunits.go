package nn

import "dnn/internal/exact"

// Linear units are straight above 0, and below 0 flatter or bent. Their gradients can be computed from their outputs.

// leakyReLU(z) = z for z > 0, else 0.2 z (Maas, Hannun and Ng, ICML workshop 2013; Keras's negative_slope).
func leakyReLU() Activation {
	const negativeSlope = float32(0.2)
	return elementwise(
		func(z float32) float32 {
			if z < 0 {
				return negativeSlope * z
			}
			return z
		},
		func(y, dy float32) float32 {
			if y > 0 {
				return dy
			}
			return negativeSlope * dy
		})
}

// elu(z) = z for z > 0, else e^z - 1 (Clevert, Unterthiner and Hochreiter, ICLR 2016). Below 0 its gradient is y + 1.
func elu() Activation { return exponentialUnit(1, 1) }

// selu is elu with a scale and an alpha that keep activations at mean 0 and variance 1 from layer to layer (Klambauer
// et al., NIPS 2017): scale z for z > 0, else scale alpha (e^z - 1).
func selu() Activation { return exponentialUnit(1.0507009873554805, 1.6732632423543772) }

// exponentialUnit is scale z for z > 0, else scale alpha (e^z - 1). Its gradient below 0 is y + scale alpha.
func exponentialUnit(scale, alpha float32) Activation {
	below := float32(scale * alpha)
	return elementwise(
		func(z float32) float32 {
			if z < 0 {
				return below * exact.Expm1(z)
			}
			return scale * z
		},
		func(y, dy float32) float32 {
			if y < 0 {
				return dy * (y + below)
			}
			return dy * scale
		})
}
