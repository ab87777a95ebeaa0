package train

import "dnn/internal/exact"

// Exponential is Keras's ExponentialDecay:
//
//	Initial Factor^(step / DecaySteps)
//
// With Staircase the exponent is rounded down, so that the rate is multiplied by Factor every DecaySteps steps: what other
// programs call step decay.
type Exponential struct {
	Initial    float64
	DecaySteps int // >= 1
	Factor     float64
	Staircase  bool
}

// Rate returns the rate of that step.
func (e Exponential) Rate(step int) float64 {
	exponent := float64(step) / float64(e.DecaySteps)
	if e.Staircase {
		exponent = float64(step / e.DecaySteps)
	}
	return float64(e.Initial * exact.Power(e.Factor, exponent))
}
