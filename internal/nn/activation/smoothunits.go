package activation

import "dnn/internal/exact"

// smoothUnits returns smooth relatives of relu.
func smoothUnits() []Function {
	return []Function{
		// log(1 + e^z), computed as max(z, 0) + log(1 + e^-|z|). Its slope, sigmoid(z), is 1 - e^-y.
		{Name: "softplus", Of: softplus, Slope: func(y float32) float32 { return -exact.Expm1(-y) }},
		// z sigmoid(z), also called swish (Ramachandran, Zoph and Le, arXiv:1710.05941). With s = sigmoid(z) its slope
		// is s (1 + z (1 - s)).
		{Name: "silu", OfInput: true,
			Of: func(z float32) float32 {
				s, _ := sigmoids(z)
				return z * s
			},
			Slope: func(z float32) float32 {
				s, rest := sigmoids(z)
				return s * (1 + float32(z*rest))
			}},
		// z P(z), with P the distribution function of the normal distribution (Hendrycks and Gimpel, arXiv:1606.08415).
		// It is exact, as is Keras's default; there is also an approximation by tanh. Its slope is P(z) + z p(z), with p
		// the density.
		{Name: "gelu", OfInput: true,
			Of: func(z float32) float32 {
				probability, _ := exact.Normal(z)
				return z * probability
			},
			Slope: func(z float32) float32 {
				probability, density := exact.Normal(z)
				return probability + float32(z*density)
			}},
		// z tanh(softplus(z)) (Misra, arXiv:1908.08681). With e = e^z and n = e (e + 2), the tanh is n / (n + 2), and
		// its slope 4 e (1 + e) / (n + 2)^2.
		{Name: "mish", OfInput: true,
			Of: func(z float32) float32 {
				_, n := mishParts(z)
				return z * (n / (n + 2))
			},
			Slope: func(z float32) float32 {
				e, n := mishParts(z)
				d := n + 2
				return n/d + float32(z*(float32(4*e*(1+e))/float32(d*d)))
			}},
		// (z + sqrt(z^2 + 4)) / 2 (Barron, arXiv:2112.11687; Keras's b = 4). Its slope is 1 - 1 / (y^2 + 1).
		{Name: "squareplus",
			Of: func(z float32) float32 {
				size := max(z, -z)
				root := exact.Sqrt(exact.FMA(z, z, 4))
				return 0.5 * (z + choose(size > 1e9, size, root))
			},
			Slope: func(y float32) float32 { return 1 - 1/exact.FMA(y, y, 1) }},
		// 0 up to -1, z from 1 on, and (z + 1)^2 / 4 in between (as in Keras).
		{Name: "sparse_plus", OfInput: true,
			Of: func(z float32) float32 {
				switch v := z + 1; {
				case z >= 1 || z != z:
					return z
				case z > -1:
					return float32(v*v) * 0.25
				}
				return 0
			},
			Slope: sparseSigmoid},
	}
}

func softplus(z float32) float32 { return choose(z > 0, z, 0) + exact.Log1p(exact.Exp(-max(z, -z))) }

// sigmoids returns sigmoid(z) and sigmoid(-z), which is 1 - sigmoid(z) without cancellation.
func sigmoids(z float32) (s, rest float32) {
	e := exact.Exp(-max(z, -z))
	large := 1 / (1 + e)
	small := e * large
	if z < 0 {
		return small, large
	}
	return large, small
}

// mishParts returns e^z and e^z (e^z + 2). z is taken as at most 20, beyond which mish(z) is z.
func mishParts(z float32) (e, n float32) {
	e = exact.Exp(choose(z > 20, 20, z))
	return e, float32(e * (e + 2))
}
