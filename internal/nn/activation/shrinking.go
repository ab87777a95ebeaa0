package activation

import "dnn/internal/exact"

// shrinking returns functions that are 0, or nearly, around 0.
func shrinking() []Function {
	// slope is 0 where y is 0, else 1.
	slope := func(y float32) float32 { return choose(y == 0, 0, 1) }
	return []Function{
		// 0 for |z| <= 1/2, else z (Keras's threshold).
		{Name: "hard_shrink",
			Of: func(z float32) float32 { return choose(z >= -0.5 && z <= 0.5, 0, z) }, Slope: slope},
		// 0 for |z| <= 1/2, else z moved by 1/2 towards 0.
		{Name: "soft_shrink",
			Of: func(z float32) float32 {
				switch {
				case z < -0.5:
					return z + 0.5
				case z <= 0.5:
					return 0
				}
				return z - 0.5
			},
			Slope: slope},
		// z - tanh(z), with the slope tanh(z)^2.
		{Name: "tanh_shrink", OfInput: true,
			Of: func(z float32) float32 {
				if rest, small := exact.TanhRest(z); small {
					return -float32(rest * z)
				}
				return z - exact.Tanh(z)
			},
			Slope: func(z float32) float32 {
				t := exact.Tanh(z)
				return t * t
			}},
	}
}
