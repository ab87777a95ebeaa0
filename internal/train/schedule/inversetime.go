package schedule

import "dnn/internal/setting"

// InverseTime is Keras's InverseTimeDecay:
//
//	rate / (1 + DecayRate step / decay steps)
//
// The rate falls quickly at first and ever more slowly later. With Staircase the quotient of the steps is rounded down:
// the rate then changes only at the end of each decay.
type InverseTime struct {
	WarmupEpochs float64
	DecayEpochs  float64 // 0: all epochs after the warm-up
	DecayRate    float64
	Staircase    bool
}

func newInverseTime() *InverseTime { return &InverseTime{DecayEpochs: 1, DecayRate: 0.5} }

// Settings implements Kind.
func (x *InverseTime) Settings() []setting.Setting {
	return []setting.Setting{
		warmupEpochs(&x.WarmupEpochs),
		decayEpochs(&x.DecayEpochs, "1."),
		{Name: "decay_rate", Value: &x.DecayRate, Bounds: setting.Above(0, 1), Example: "0.1",
			Doc:    "What its divisor grows by.",
			Advice: "0.1 to 1."},
		{Name: "staircase", Value: &x.Staircase, Example: "true"},
	}
}

// For implements Kind.
func (x *InverseTime) For(run Run) Schedule {
	return run.warmedUp(x.WarmupEpochs, inverseTime{
		initial: run.Rate, decaySteps: run.decaySteps(x.DecayEpochs, x.WarmupEpochs),
		decayRate: x.DecayRate, staircase: x.Staircase,
	})
}

// FixedBy implements Kind.
func (x *InverseTime) FixedBy() string { return fixedByDecay(x.DecayEpochs) }

// inverseTime is the schedule of an InverseTime.
type inverseTime struct {
	initial    float64
	decaySteps int // >= 1
	decayRate  float64
	staircase  bool
}

func (x inverseTime) Rate(step int) float64 {
	return x.initial / (1 + float64(x.decayRate*decays(step, x.decaySteps, x.staircase)))
}
