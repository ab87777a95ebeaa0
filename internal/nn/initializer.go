package nn

import (
	"math"
	"math/rand/v2"
)

// glorotUniform fills a Dense kernel [in, out] with numbers uniform in [-l, l), l = sqrt(6 / (in + out)): the variance of
// activations and of gradients then stays about the same from layer to layer (Glorot and Bengio, AISTATS 2010).
func glorotUniform(stream *rand.PCG, kernel Matrix) {
	limit := float32(math.Sqrt(6 / float64(kernel.Rows+kernel.Cols)))
	for r := range kernel.Rows {
		for c, w := 0, row(kernel, r); c < len(w); c++ {
			w[c] = limit * (float32(2*uniform(stream)) - 1)
		}
	}
}
