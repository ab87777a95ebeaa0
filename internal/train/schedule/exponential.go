package schedule

import (
	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Exponential is Keras's ExponentialDecay:
//
//	rate DecayRate^(step / decay steps)
//
// With Staircase the exponent is rounded down: the rate then changes only at the end of each decay.
type Exponential struct {
	WarmupEpochs float64
	DecayEpochs  float64 // 0: all epochs after the warm-up
	DecayRate    float64
	Staircase    bool
}

func newExponential() *Exponential { return &Exponential{DecayEpochs: 1, DecayRate: 0.96} }

// Settings implements Kind.
func (e *Exponential) Settings() []setting.Setting {
	return []setting.Setting{
		warmupEpochs(&e.WarmupEpochs),
		decayEpochs(&e.DecayEpochs, "exponential: 1, with the decay_rate of one epoch."),
		{Name: "decay_rate", Value: &e.DecayRate, Bounds: setting.Above(0, 1), Example: "0.5",
			Doc:    "What the rate is multiplied by over decay_epochs.",
			Advice: "0.9 to 0.98 an epoch: after 20 epochs 0.12 to 0.67 of the rate is left."},
		{Name: "staircase", Value: &e.Staircase, Example: "true",
			Doc:    "Whether the rate falls only at the end of each decay_epochs, not at each step.",
			Advice: "false; true where the rate of an epoch is to be one number."},
	}
}

// For implements Kind.
func (e *Exponential) For(run Run) Schedule {
	return run.warmedUp(e.WarmupEpochs, exponential{
		initial: run.Rate, decaySteps: run.decaySteps(e.DecayEpochs, e.WarmupEpochs),
		factor: e.DecayRate, staircase: e.Staircase,
	})
}

// FixedBy implements Kind.
func (e *Exponential) FixedBy() string { return fixedByDecay(e.DecayEpochs) }

// exponential is the schedule of an Exponential.
type exponential struct {
	initial    float64
	decaySteps int // >= 1
	factor     float64
	staircase  bool
}

func (e exponential) Rate(step int) float64 {
	return float64(e.initial * exact.Power(e.factor, decays(step, e.decaySteps, e.staircase)))
}
