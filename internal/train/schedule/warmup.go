package schedule

import "dnn/internal/setting"

// Warmup rises linearly from From to the first rate of Then over Steps steps, and goes on with Then from its beginning
// (Goyal et al., arXiv:1706.02677):
//
//	From + (Then(0) - From) step / Steps
//
// With a cosine it is Keras's CosineDecay with warmup_steps, initial_learning_rate (From) and warmup_target.
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

// warmupEpochs is the setting that kinds share which can begin with a warm-up.
func warmupEpochs(value *float64) setting.Setting {
	return setting.Setting{
		Name: "warmup_epochs", Value: value, Bounds: durationsOrNone(), Example: "1.5",
		Doc:    "How long the rate first rises from 0 to the optimizer's; 0: not at all.",
		Advice: "1 to 5 with large batches or a high learning rate.",
	}
}

// warmedUp returns a schedule after a warm-up from 0 that takes so many epochs.
func (r Run) warmedUp(epochs float64, then Schedule) Schedule {
	if steps := r.steps(epochs); steps > 0 {
		return Warmup{Steps: steps, Then: then}
	}
	return then
}
