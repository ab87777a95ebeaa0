package nn

import (
	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// softplus(z) = log(1 + e^z), computed as max(z, 0) + log(1 + e^-|z|). Its gradient, sigmoid(z), is 1 - e^-y.
func softplus() Activation {
	return elementwise(
		func(z float32) float32 { return max(z, 0) + exact.Log1p(exact.Exp(-max(z, -z))) },
		func(y, dy float32) float32 { return -dy * exact.Expm1(-y) })
}

// silu(z) = z sigmoid(z), also called swish (Ramachandran, Zoph and Le, arXiv:1710.05941). With s = sigmoid(z) its
// gradient is s (1 + z (1 - s)).
func silu() Activation {
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 { return z * exact.Sigmoid(z) })
		},
		slope: func(z float32) float32 {
			s, rest := exact.Sigmoid(z), exact.Sigmoid(-z) // rest is 1-s, but without cancellation
			return s * (1 + float32(z*rest))
		},
	}
}

// gelu(z) = z P(z), with P the distribution function of the normal distribution (Hendrycks and Gimpel,
// arXiv:1606.08415). It is exact, as is Keras's default; there is also an approximation by tanh. Its gradient is P(z) +
// z p(z), with p the density.
func gelu() Activation {
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 {
				probability, _ := exact.Normal(z)
				return z * probability
			})
		},
		slope: func(z float32) float32 {
			probability, density := exact.Normal(z)
			return probability + float32(z*density)
		},
	}
}
