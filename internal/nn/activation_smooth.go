package nn

import (
	"dnn/internal/exact"
	"dnn/internal/nn/kernel"
)

// softplus(z) = log(1 + e^z), computed as max(z, 0) + log(1 + e^-|z|). Its gradient, sigmoid(z), is 1 - e^-y.
func softplus() Activation {
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 { return max(z, 0) + exact.Log1p(exact.Exp(-max(z, -z))) })
		},
		backward: func(_ *kernel.Worker, y, dy kernel.Matrix) {
			eachGradient(y, dy, func(y, dy float32) float32 { return -dy * exact.Expm1(-y) })
		},
	}
}

// silu(z) = z sigmoid(z), also called swish (Ramachandran, Zoph and Le, arXiv:1710.05941). With s = sigmoid(z) its gradient
// is s (1 + z (1 - s)).
func silu() Activation {
	return Activation{
		forward: func(_ *kernel.Worker, y kernel.Matrix) {
			kernel.EachElement(y, func(z float32) float32 { return z * exact.Sigmoid(z) })
		},
		slope: func(z float32) float32 {
			s, rest := exact.Sigmoid(z), exact.Sigmoid(-z) // their sum is 1, but 1-s would cancel
			return s * (1 + float32(z*rest))
		},
	}
}

// gelu(z) = z P(z) with P the distribution function of the normal distribution (Hendrycks and Gimpel, arXiv:1606.08415), not
// approximated by a tanh: Keras's default. Its gradient is P(z) + z p(z) with p the density.
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
