package activation

import "dnn/internal/exact"

// linearUnits returns the functions that are straight above 0, and below 0 flatter or bent.
func linearUnits() []Function {
	return []Function{
		// z for z > 0, else 0.2 z (Maas, Hannun and Ng, ICML workshop 2013; Keras's negative_slope).
		{Name: "leaky_relu",
			Of:    func(z float32) float32 { return choose(z < 0, 0.2*z, z) },
			Slope: func(y float32) float32 { return choose(y > 0, 1, 0.2) }},
		// max(z, 0), but at most 6 (Howard et al., arXiv:1704.04861).
		{Name: "relu6", Of: func(z float32) float32 { return clip(z, 0, 6) }, Slope: within(0, 6, 1)},
		// z for z > 0, else e^z - 1 (Clevert, Unterthiner and Hochreiter, ICLR 2016).
		exponentialUnit("elu", 1, 1),
		// elu(z) with Keras's default alpha = 1, for which celu is the same (Barron, arXiv:1704.07483).
		exponentialUnit("celu", 1, 1),
		// elu with a scale and an alpha that keep activations at mean 0 and variance 1 from layer to layer (Klambauer et
		// al., NIPS 2017).
		exponentialUnit("selu", 1.0507009873554805, 1.6732632423543772),
	}
}

// LeakyRelu returns z for z > 0, else slope z; its slope at 0 is the one below.
func LeakyRelu(slope float32) Function {
	return Function{
		Name: "leaky_relu", OfInput: true,
		Of:    func(z float32) float32 { return choose(z < 0, slope*z, z) },
		Slope: func(z float32) float32 { return choose(z > 0, 1, slope) },
	}
}

// exponentialUnit is scale z for z > 0, else scale alpha (e^z - 1). Its slope below 0 is y + scale alpha.
func exponentialUnit(name string, scale, alpha float32) Function {
	below := float32(scale * alpha)
	return Function{Name: name,
		Of: func(z float32) float32 {
			if z < 0 {
				return below * exact.Expm1(z)
			}
			return scale * z
		},
		Slope: func(y float32) float32 { return choose(y < 0, y+below, scale) },
	}
}
