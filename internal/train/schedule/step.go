package schedule

import "dnn/internal/setting"

// Step multiplies the rate by Factor after every StepEpochs, which is often called step decay. In Keras it is an
// ExponentialDecay with a staircase.
type Step struct {
	WarmupEpochs float64
	StepEpochs   float64
	Factor       float64
}

func newStep() *Step { return &Step{StepEpochs: 10, Factor: 0.1} }

// Settings implements Kind.
func (s *Step) Settings() []setting.Setting {
	return []setting.Setting{
		warmupEpochs(&s.WarmupEpochs),
		{Name: "step_epochs", Value: &s.StepEpochs, Bounds: durations(), Example: "5",
			Doc:    "How long the rate stays before it is multiplied by factor.",
			Advice: "a third of the epochs."},
		{Name: "factor", Value: &s.Factor, Bounds: setting.Above(0, 1), Example: "0.5",
			Doc:    "What the rate is multiplied by.",
			Advice: "0.1, or 0.5 in shorter steps."},
	}
}

// For implements Kind.
func (s *Step) For(run Run) Schedule {
	return run.warmedUp(s.WarmupEpochs, exponential{
		initial: run.Rate, decaySteps: run.steps(s.StepEpochs), factor: s.Factor, staircase: true,
	})
}

// FixedBy implements Kind.
func (s *Step) FixedBy() string { return "" }
