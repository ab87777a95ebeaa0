package train

import "dnn/internal/exact"

// Polynomial is Keras's PolynomialDecay: from Initial to End over DecaySteps steps, then End.
//
//	(Initial - End) (1 - step/DecaySteps)^Power + End
//
// With Cycle it does not stay at End: once there, it starts over as a decay that is as many times DecaySteps long as are
// needed to reach beyond the step.
type Polynomial struct {
	Initial, End float64
	DecaySteps   int     // >= 1
	Power        float64 // Keras's default is 1: linear
	Cycle        bool
}

// Rate returns the rate of that step.
func (p Polynomial) Rate(step int) float64 {
	length := p.DecaySteps
	if p.Cycle {
		length *= max(1, (step+length-1)/length)
	}
	rest := 1 - float64(min(step, length))/float64(length)
	return float64((p.Initial-p.End)*exact.Power(rest, p.Power)) + p.End
}
