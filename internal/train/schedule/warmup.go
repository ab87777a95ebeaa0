package schedule

import "dnn/internal/setting"

// Warmup raises the rate linearly, over the first Steps steps, from From to the first rate of Then. After that it
// follows Then from its beginning (Goyal et al., arXiv:1706.02677). The rate of a step before Steps is
//
//	From + (Then(0) - From) step / Steps.
//
// With a cosine it is Keras's CosineDecay with warmup_steps, initial_learning_rate (From) and warmup_target.
type Warmup struct {
	From  float64
	Steps int
	Then  Schedule
}

// Rate implements Schedule.
func (w Warmup) Rate(step int) float64 {
	if step >= w.Steps {
		return w.Then.Rate(step - w.Steps)
	}
	return float64((w.Then.Rate(0)-w.From)*(float64(step)/float64(w.Steps))) + w.From
}

// warmupEpochs returns the setting for the length of a warm-up, which several kinds share.
func warmupEpochs(value *float64) setting.Setting {
	return setting.Setting{
		Name: "warmup_epochs", Value: value, Bounds: durationsOrNone(), Example: "1.5",
		Doc:    "How long the rate first rises from 0 to the optimizer's; 0: not at all.",
		Advice: "1 to 5 with large batches or a high learning rate.",
	}
}

// warmedUp puts a warm-up from 0, of the given number of epochs, before a schedule.
func (r Run) warmedUp(epochs float64, then Schedule) Schedule {
	if steps := r.steps(epochs); steps > 0 {
		return Warmup{Steps: steps, Then: then}
	}
	return then
}
