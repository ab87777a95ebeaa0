package nn

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"dnn/internal/nn/kernel"
)

// initializer draws a Dense kernel [in, out].
type initializer func(stream *rand.PCG, kernel Matrix)

// initializers are the known ones, by Keras's names. The table is never written to.
//
// The variance of a kernel is scale/fan. With 1 over the mean of inputs and outputs that of activations and of gradients
// stays about the same from layer to layer where the activation is about linear (Glorot and Bengio, AISTATS 2010); 2 over
// the inputs makes up for a relu, which halves it (He et al., ICCV 2015); 1 over the inputs suits selu (LeCun et al., 1998;
// Klambauer et al., NIPS 2017).
var initializers = map[string]initializer{
	"glorot_normal":  varianceScaling(1, meanFan, truncatedNormal),
	"glorot_uniform": varianceScaling(1, meanFan, centeredUniform),
	"he_normal":      varianceScaling(2, fanIn, truncatedNormal),
	"he_uniform":     varianceScaling(2, fanIn, centeredUniform),
	"lecun_normal":   varianceScaling(1, fanIn, truncatedNormal),
	"lecun_uniform":  varianceScaling(1, fanIn, centeredUniform),
	"ones":           constant(1),
	"zeros":          constant(0),
}

// Initializers returns the names of the known initializers in alphabetical order.
func Initializers() []string { return slices.Sorted(maps.Keys(initializers)) }

func fanIn(k Matrix) float64   { return float64(k.Rows) }
func meanFan(k Matrix) float64 { return float64(k.Rows+k.Cols) / 2 }

// distribution returns the function that draws one number, whose mean is 0, given the variance.
type distribution func(variance float64) func(*rand.PCG) float32

// varianceScaling draws every element with variance scale/fan.
func varianceScaling(scale float64, fan func(Matrix) float64, d distribution) initializer {
	return func(stream *rand.PCG, k Matrix) {
		draw := d(scale / fan(k))
		for r := range k.Rows {
			for c, w := 0, row(k, r); c < len(w); c++ {
				w[c] = draw(stream)
			}
		}
	}
}

// centeredUniform is uniform in [-l, l), l = sqrt(3 variance).
func centeredUniform(variance float64) func(*rand.PCG) float32 {
	limit := float32(math.Sqrt(3 * variance))
	return func(stream *rand.PCG) float32 { return limit * (float32(2*uniform(stream)) - 1) }
}

// truncatedDeviation is the standard deviation of a standard normal distribution without what lies beyond +-2.
const truncatedDeviation = 0.87962566103423978

// truncatedNormal is normal without what lies beyond two standard deviations, those of the whole distribution.
func truncatedNormal(variance float64) func(*rand.PCG) float32 {
	deviation := float32(math.Sqrt(variance) / truncatedDeviation)
	return func(stream *rand.PCG) float32 {
		for { // three of five uniform numbers pass
			x := 4*uniform(stream) - 2
			if uniform(stream) < kernel.Exp(-float32(x*x)/2) {
				return deviation * x
			}
		}
	}
}

// constant sets every element to the same number.
func constant(v float32) initializer {
	return func(_ *rand.PCG, k Matrix) {
		for r := range k.Rows {
			w := row(k, r)
			for c := range w {
				w[c] = v
			}
		}
	}
}
