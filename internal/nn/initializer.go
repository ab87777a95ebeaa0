package nn

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// initializers draw a Dense kernel [in, out], by Keras's names. The table is never written to.
var initializers = map[string]func(stream *rand.PCG, kernel Matrix){
	"glorot_uniform": glorotUniform,
}

// Initializers returns the names of the known initializers in alphabetical order.
func Initializers() []string { return slices.Sorted(maps.Keys(initializers)) }

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
