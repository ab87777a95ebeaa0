package train

import "math"

// Schedule gives the learning rate of each step, counted from 0 over the whole run. A schedule is a pure function of the
// step, so a run that is resumed needs to know nothing of it. (Plateau alone also depends on what has happened.)
type Schedule interface {
	Rate(step int) float64
}

// Steps turns a duration in epochs into steps, given the steps of one epoch: to the nearest whole number, but at least one
// step for a duration above 0.
func Steps(epochs float64, perEpoch int) int {
	if epochs <= 0 {
		return 0
	}
	return max(1, int(math.Round(float64(epochs*float64(perEpoch)))))
}

// Constant is the same learning rate throughout.
type Constant float64

// Rate returns c.
func (c Constant) Rate(int) float64 { return float64(c) }

// Warmup rises linearly from From to the first rate of Then over Steps steps, and goes on with Then from its beginning
// (Goyal et al., arXiv:1706.02677):
//
//	From + (Then(0) - From) step / Steps
//
// With a Cosine it is Keras's CosineDecay with warmup_steps, initial_learning_rate (From) and warmup_target.
type Warmup struct {
	From  float64
	Steps int
	Then  Schedule
}

// Rate returns the rate of that step.
func (w Warmup) Rate(step int) float64 {
	if step >= w.Steps {
		return w.Then.Rate(step - w.Steps)
	}
	return float64((w.Then.Rate(0)-w.From)*(float64(step)/float64(w.Steps))) + w.From
}
