package train

import "dnn/internal/exact"

// Cosine is Keras's CosineDecay: half a wave from Initial down to Alpha times Initial over DecaySteps steps, then that
// (Loshchilov and Hutter, ICLR 2017, arXiv:1608.03983).
//
//	Initial ((1 - Alpha) (1 + cos(pi step / DecaySteps)) / 2 + Alpha)
type Cosine struct {
	Initial    float64
	DecaySteps int     // >= 1
	Alpha      float64 // the least rate, as a fraction of Initial
}

// Rate returns the rate of that step.
func (c Cosine) Rate(step int) float64 {
	return cosineRate(c.Initial, c.Alpha, 1, float64(min(step, c.DecaySteps))/float64(c.DecaySteps))
}

// CosineRestarts is Keras's CosineDecayRestarts, with the warm restarts of the same paper: a Cosine over FirstDecaySteps
// steps, then another, TMul times as long and from a rate MMul times as high, and so on.
type CosineRestarts struct {
	Initial         float64
	FirstDecaySteps int     // >= 1
	TMul            float64 // >= 1; Keras's default is 2
	MMul            float64 // Keras's default is 1
	Alpha           float64 // the least rate, as a fraction of Initial
}

// Rate returns the rate of that step.
//
// Keras finds the period that a step is in by logarithms, in float32, and may be a period off where one ends. Here the
// periods before it are subtracted one by one.
func (c CosineRestarts) Rate(step int) float64 {
	at, period, height := float64(step), float64(c.FirstDecaySteps), 1.0
	for at >= period {
		at -= period
		period *= c.TMul
		height *= c.MMul
	}
	return cosineRate(c.Initial, c.Alpha, height, at/period)
}

// cosineRate returns the rate when that fraction of a decay is over.
func cosineRate(initial, alpha, height, fraction float64) float64 {
	wave := float64(0.5 * height * (1 + exact.CosPi(fraction)))
	return float64(initial * (float64((1-alpha)*wave) + alpha))
}
