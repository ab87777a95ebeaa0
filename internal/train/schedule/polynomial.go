package schedule

import (
	"dnn/internal/exact"
	"dnn/internal/setting"
)

// Polynomial is Keras's PolynomialDecay: the rate goes from the optimizer's to EndLearningRate over the steps of the
// decay, and then stays there.
//
//	(rate - EndLearningRate) (1 - step / decay steps)^Power + EndLearningRate
//
// With Cycle the rate rises again at the end of the decay. "decay steps" is then the smallest multiple of the decay's
// length that is not less than the step.
type Polynomial struct {
	WarmupEpochs    float64
	DecayEpochs     float64 // 0: all epochs after the warm-up
	EndLearningRate float64
	Power           float64
	Cycle           bool
}

func newPolynomial() *Polynomial { return &Polynomial{EndLearningRate: 0.0001, Power: 1} }

// Settings implements Kind.
func (p *Polynomial) Settings() []setting.Setting {
	return []setting.Setting{
		warmupEpochs(&p.WarmupEpochs),
		decayEpochs(&p.DecayEpochs, "0."),
		{Name: "end_learning_rate", Value: &p.EndLearningRate, Bounds: setting.From(0, 1000), Example: "1e-5",
			Doc:    "The rate at the end of the decay.",
			Advice: "a hundredth of the optimizer's, or 0."},
		{Name: "power", Value: &p.Power, Bounds: setting.Above(0, 100), Example: "2",
			Doc:    "Exponent of the polynomial; 1: a straight line.",
			Advice: "1; 2 stays longer at low rates."},
		{Name: "cycle", Value: &p.Cycle, Example: "true",
			Doc:    "Whether the rate rises again after decay_epochs, for another, longer decay.",
			Advice: "false; true only with decay_epochs that are fewer than the epochs."},
	}
}

// For implements Kind.
func (p *Polynomial) For(run Run) Schedule {
	return run.warmedUp(p.WarmupEpochs, polynomial{
		initial: run.Rate, end: p.EndLearningRate, decaySteps: run.decaySteps(p.DecayEpochs, p.WarmupEpochs),
		power: p.Power, cycle: p.Cycle,
	})
}

// FixedBy implements Kind.
func (p *Polynomial) FixedBy() string { return fixedByDecay(p.DecayEpochs) }

// polynomial is the schedule of a Polynomial.
type polynomial struct {
	initial, end float64
	decaySteps   int // >= 1
	power        float64
	cycle        bool
}

func (p polynomial) Rate(step int) float64 {
	length := p.decaySteps
	if p.cycle {
		length *= max(1, (step+length-1)/length)
	}
	rest := 1 - float64(min(step, length))/float64(length)
	return float64((p.initial-p.end)*exact.Power(rest, p.power)) + p.end
}
