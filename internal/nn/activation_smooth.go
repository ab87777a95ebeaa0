package nn

import (
	"math"

	"dnn/internal/nn/kernel"
)

// softplus(z) = log(1 + e^z), computed as max(z, 0) + log(1 + e^-|z|). Its gradient, sigmoid(z), is 1 - e^-y.
func softplus() Activation {
	return Activation{
		Name: "softplus",
		forward: func(_ *Worker, y Matrix) {
			eachElement(y, func(z float32) float32 { return max(z, 0) + log1p(kernel.Exp(-max(z, -z))) })
		},
		backward: func(_ *Worker, y, dy Matrix) {
			eachGradient(y, dy, func(y, dy float32) float32 { return -dy * expm1(-y) })
		},
	}
}

// log1p returns log(1 + e) for 0 <= e <= 1 within 1 ulp: where 1 + e would round e away, by the series e - e^2/2.
func log1p(e float32) float32 {
	if e < 0x1p-13 {
		return e - float32(e*e)/2
	}
	return kernel.Log(1 + float64(e))
}

// silu(z) = z sigmoid(z), also called swish (Ramachandran, Zoph and Le, arXiv:1710.05941). With s = sigmoid(z) its gradient
// is s (1 + z (1 - s)).
func silu() Activation {
	return Activation{
		Name: "silu",
		forward: func(_ *Worker, y Matrix) {
			eachElement(y, func(z float32) float32 { return z * kernel.Sigmoid(z) })
		},
		slope: func(z float32) float32 {
			s, rest := kernel.Sigmoid(z), kernel.Sigmoid(-z) // their sum is 1, but 1-s would cancel
			return s * (1 + float32(z*rest))
		},
	}
}

// gelu(z) = z P(z) with P the distribution function of the normal distribution (Hendrycks and Gimpel, arXiv:1606.08415), not
// approximated by a tanh: Keras's default. Its gradient is P(z) + z p(z) with p the density.
func gelu() Activation {
	return Activation{
		Name: "gelu",
		forward: func(_ *Worker, y Matrix) {
			eachElement(y, func(z float32) float32 {
				probability, _ := normal(z)
				return z * probability
			})
		},
		slope: func(z float32) float32 {
			probability, density := normal(z)
			return probability + float32(z*density)
		},
	}
}

// normal returns the distribution function and the density of the normal distribution at z, both within 2 ulp where they
// are no denormals. Beyond |z| the probability is
//
//	q = e^(-z^2/2) R(t),  t = 1 / (1 + 0.3 |z|)
//
// with R the polynomial of degree 10 whose largest relative error up to |z| = 14, where q ends in float32, is least
// (2.9e-9, found by iterated reweighting). All of it is float64 but the exponential, which takes the rest that z^2/2 has
// beyond a float32 as a factor.
func normal(z float32) (probability, density float32) {
	x := math.Abs(float64(z))
	half := float64(x*x) / 2
	exponent := float32(half)
	e := float64(kernel.Exp(-exponent))
	if e > 0 {
		e *= 1 - (half - float64(exponent))
	}
	t := 1 / (1 + float64(0.3*x))
	q := 0.0
	for _, c := range normalTail {
		q = float64(q*t) + c
	}
	q *= e
	if z > 0 {
		q = 1 - q
	}
	return float32(q), float32(e * (1 / (math.Sqrt2 * math.SqrtPi)))
}

// normalTail are R's coefficients, from t^10 down to 1.
var normalTail = [...]float64{
	-0.0198418162769, 0.107835276951, -0.216342525045, 0.174132067275, -0.0627063937003, 0.0856437878156,
	0.0828269393243, 0.10899660238, 0.119790396833, 0.119664706753, 9.56256053557e-07,
}
