// Package schedule is how the learning rate changes from step to step. Each kind of schedule is one file: where it
// comes from, what an experiment can say of it, and the rate of each step. The package knows no loop and no network.
package schedule

import (
	"math"

	"dnn/internal/history"
	"dnn/internal/setting"
)

// Schedule gives the learning rate of each step, counted from 0 over the whole run. A schedule is a pure function of
// the step, so a run that is resumed needs to know nothing of it. (callback.Plateau alone also depends on what has
// happened.)
type Schedule interface {
	Rate(step int) float64
}

// Kind is a kind of schedule with what an experiment says of it. Keras counts steps where an experiment counts epochs,
// which may be fractions, so that a schedule means the same with another batch size.
type Kind interface {
	// Settings returns the settings, which point into the kind. Those of a new one have their defaults.
	Settings() []setting.Setting

	// For returns the schedule of a run.
	For(run Run) Schedule

	// FixedBy returns the setting, with its value, that makes the rates of all steps depend on the number of epochs. It
	// is empty if a run of more epochs begins with the rates of a shorter one.
	FixedBy() string
}

// Named is a kind of schedule under the name that experiments have for it.
type Named struct {
	Name string
	Kind
}

// All returns a new one of each kind. A new kind is a file of its own and a line here.
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
	Rate   float64 // the learning rate of its optimizer, above 0
	Epochs int     // >= 1
	Steps  int     // of one epoch, >= 1
}

// steps turns a duration in epochs into steps: to the nearest whole number, but at least one step for a duration above
// 0.
func (r Run) steps(epochs float64) int {
	if epochs <= 0 {
		return 0
	}
	return max(1, int(math.Round(float64(epochs*float64(r.Steps)))))
}

// decaySteps returns how many steps a decay of so many epochs takes, at least 1. A decay of 0 epochs takes what a
// warm-up leaves of the run.
func (r Run) decaySteps(epochs, warmupEpochs float64) int {
	if epochs > 0 {
		return r.steps(epochs)
	}
	return max(1, r.Epochs*r.Steps-r.steps(warmupEpochs))
}

// durations are the bounds of a duration in epochs, durationsOrNone those of one that may be 0.
func durations() setting.Bounds       { return setting.Above(0, history.MaxEpochs) }
func durationsOrNone() setting.Bounds { return setting.From(0, history.MaxEpochs) }

// decayEpochs is the setting that kinds share which have a decay of that length, with what is advised of each.
func decayEpochs(value *float64, advice string) setting.Setting {
	return setting.Setting{
		Name: "decay_epochs", Value: value, Bounds: durationsOrNone(), Example: "5",
		Doc:    "How long a decay takes; 0: what is left of the epochs.",
		Advice: advice,
	}
}

// fixedByDecay is the FixedBy of a kind with such a setting.
func fixedByDecay(epochs float64) string {
	if epochs == 0 {
		return "decay_epochs (0: all epochs)"
	}
	return ""
}
