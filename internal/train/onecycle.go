package train

import "dnn/internal/exact"

// OneCycle is the policy of Smith and Topin (arXiv:1708.07120) with half cosine waves in place of straight lines, as
// fast.ai and PyTorch have it: up from Peak/Div to Peak over the first Warmup of all steps, then down to
// Peak/Div/FinalDiv at the last. Keras has no such schedule; the defaults in brackets are PyTorch's.
type OneCycle struct {
	Peak       float64
	TotalSteps int     // >= 1
	Warmup     float64 // the share of steps that rise [0.3]
	Div        float64 // Peak over the first rate [25]
	FinalDiv   float64 // the first rate over the last [1e4]
}

// Rate returns the rate of that step.
func (o OneCycle) Rate(step int) float64 {
	first := o.Peak / o.Div
	top, last := float64(o.Warmup*float64(o.TotalSteps))-1, float64(o.TotalSteps-1)
	switch at := float64(step); {
	case at <= top:
		return between(first, o.Peak, at/max(top, 1))
	case at < last:
		return between(o.Peak, first/o.FinalDiv, (at-top)/(last-top))
	}
	return first / o.FinalDiv
}

// between returns a at fraction 0, b at 1, and follows half a cosine wave in the meantime.
func between(a, b, fraction float64) float64 {
	return b + float64((a-b)*float64(0.5*(1+exact.CosPi(fraction))))
}
