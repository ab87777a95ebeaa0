// Package schedule computes the learning rate of each step. Each kind of schedule is one file, with its source, its
// settings and its formula. The package knows neither the training loop nor networks.
package schedule

import (
	"math"

	"dnn/internal/history"
	"dnn/internal/setting"
)

// Schedule gives the learning rate of each step, counted from 0 over the whole run. It is a pure function of the step,
// so that a resumed run needs no state of it. The only exception is that of callback.Plateau, which depends on the
// epochs so far.
type Schedule interface {
	Rate(step int) float64
}

// Kind is a kind of schedule with its settings. Where Keras counts steps, the settings count epochs, which may be
// fractions, so that a schedule means the same with another batch size.
type Kind interface {
	// Settings returns the settings. They point into the Kind; a new one has the defaults.
	Settings() []setting.Setting

	// For returns the schedule for a run.
	For(run Run) Schedule

	// FixedBy returns the setting, with its value, that makes the rates depend on the number of epochs. It returns ""
	// if a longer run begins with the same rates as a shorter one, so that a run can resume with more epochs.
	FixedBy() string
}

// Named is a kind of schedule under its name in an experiment.
type Named struct {
	Name string
	Kind
}

// All returns a new instance of each kind. A new kind is a file of its own and a line here.
func All() []Named {
	return []Named{
		{"constant", constant{}},
		{"step", newStep()},
		{"exponential", newExponential()},
		{"inverse_time", newInverseTime()},
		{"polynomial", newPolynomial()},
		{"cosine", newCosine()},
		{"one_cycle", newOneCycle()},
	}
}

// Run is what a schedule knows of a run.
type Run struct {
	Rate   float64 // the optimizer's learning rate, above 0
	Epochs int     // >= 1
	Steps  int     // in an epoch, >= 1
}

// steps converts a duration in epochs to the nearest number of steps. A duration above 0 takes at least one step.
func (r Run) steps(epochs float64) int {
	if epochs <= 0 {
		return 0
	}
	return max(1, int(math.Round(float64(epochs*float64(r.Steps)))))
}

// decaySteps returns the number of steps of a decay, at least 1. A decay of 0 epochs takes all steps after the warm-up.
func (r Run) decaySteps(epochs, warmupEpochs float64) int {
	if epochs > 0 {
		return r.steps(epochs)
	}
	return max(1, r.Epochs*r.Steps-r.steps(warmupEpochs))
}

// durations are the bounds of a duration in epochs; durationsOrNone also allow 0.
func durations() setting.Bounds       { return setting.Above(0, history.MaxEpochs) }
func durationsOrNone() setting.Bounds { return setting.From(0, history.MaxEpochs) }

// decayEpochs returns the setting for the length of a decay, which several kinds share, with the given advice.
func decayEpochs(value *float64, advice string) setting.Setting {
	return setting.Setting{
		Name: "decay_epochs", Value: value, Bounds: durationsOrNone(), Example: "5",
		Doc:    "How long a decay takes; 0: all epochs after the warm-up.",
		Advice: advice,
	}
}

// decays returns how many decays of that many steps are over at a step: with a staircase, whole ones only.
func decays(step, decaySteps int, staircase bool) float64 {
	if staircase {
		return float64(step / decaySteps)
	}
	return float64(step) / float64(decaySteps)
}

// fixedByDecay is the FixedBy of the kinds with that setting.
func fixedByDecay(epochs float64) string {
	if epochs == 0 {
		return "decay_epochs (0: all epochs)"
	}
	return ""
}
