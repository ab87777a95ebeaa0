package activation

import "dnn/internal/exact"

// squashing returns functions whose results are bounded, at least on one side, and their relatives.
func squashing() []Function {
	return []Function{
		// 1 / (1 + e^-z).
		{Name: "sigmoid", Of: exact.Sigmoid, Slope: func(y float32) float32 { return y * (1 - y) }},
		{Name: "tanh", Of: exact.Tanh, Slope: func(y float32) float32 { return 1 - float32(y*y) }},
		// log(sigmoid(z)), which is -softplus(-z). Its slope, sigmoid(-z), is 1 - e^y.
		{Name: "log_sigmoid",
			Of:    func(z float32) float32 { return -softplus(-z) },
			Slope: func(y float32) float32 { return -exact.Expm1(y) }},
		// z / (1 + |z|), with the slope (1 - |y|)^2.
		{Name: "softsign",
			Of: func(z float32) float32 { return z / (1 + max(z, -z)) },
			Slope: func(y float32) float32 {
				rest := 1 - max(y, -y)
				return rest * rest
			}},
		{Name: "exponential", Of: exact.Exp, Slope: func(y float32) float32 { return y }},
		// z/6 + 1/2 within [0, 1].
		{Name: "hard_sigmoid", Of: hardSigmoid, Slope: within(0, 1, 1.0/6)},
		// z hard_sigmoid(z), also called hard_swish (Howard et al., arXiv:1905.02244).
		{Name: "hard_silu", OfInput: true,
			Of: func(z float32) float32 { return z * hardSigmoid(z) },
			Slope: func(z float32) float32 {
				switch {
				case z < 3:
					return choose(z > -3, z/3+0.5, 0)
				default:
					return 1
				}
			}},
		// z within [-1, 1]. As in Keras, its slope is still 1 at the ends.
		{Name: "hard_tanh", OfInput: true,
			Of:    func(z float32) float32 { return clip(z, -1, 1) },
			Slope: func(z float32) float32 { return choose(z >= -1 && z <= 1, 1, 0) }},
		// (z + 1)/2 within [0, 1]: the slope of sparse_plus (as in Keras).
		{Name: "sparse_sigmoid", Of: sparseSigmoid, Slope: within(0, 1, 0.5)},
	}
}

func hardSigmoid(z float32) float32 { return clip(z+3, 0, 6) / 6 }

func sparseSigmoid(z float32) float32 { return clip(0.5*(z+1), 0, 1) }
