package callback

import (
	"fmt"

	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
)

// Target ends a run after the first epoch in which a metric has reached a value.
type Target struct {
	Monitor string // one of history.Metrics
	Value   float64
}

func newTarget() Named {
	return Named{
		Name: "target", Kind: &Target{Monitor: "val_accuracy"},
		Doc: "Stops as soon as a monitored metric is as good as wanted.", Main: "value",
	}
}

// Settings implements Kind.
func (t *Target) Settings() []setting.Setting {
	return []setting.Setting{
		monitorSetting(&t.Monitor, "accuracy", "val_accuracy; accuracy where there is no validation."),
		{Name: "value", Value: &t.Value, Required: true, Bounds: thresholds(), Example: "0.98",
			Doc:    "Threshold: 0.98 is an accuracy of 98 %.",
			Advice: "somewhat better than what is needed: the test may be worse than validation."},
	}
}

// Check implements setting.Checker.
func (t *Target) Check() *setting.Error {
	if !higherIsBetter(t.Monitor) || t.Value <= 1 {
		return nil
	}
	wrong := &setting.Error{
		Setting: "value", What: fmt.Sprintf("wanted a number from 0 to 1 for %s, found %v", t.Monitor, t.Value),
	}
	if t.Value <= 100 {
		wrong.Hint = fmt.Sprintf("%v %% is %v", t.Value, t.Value/100)
	}
	return wrong
}

// Add implements Kind.
func (t *Target) Add(run *train.Run) { run.Callbacks = append(run.Callbacks, t.callback()) }

func (t *Target) callback() train.Callback {
	monitor := t.Monitor
	return train.Callback{
		TrainBegin: func(p train.Plan) error { return checkMonitor("target", monitor, p) },
		EpochEnd: func(e history.Epoch) error {
			found, value := float32(e.Metric(monitor)), float32(t.Value) // metrics are float32, and float32(0.9) < 0.9
			reached := found <= value
			if higherIsBetter(monitor) {
				reached = found >= value
			}
			if reached {
				return train.Stop("%s has reached %v: it is %v", monitor, value, found)
			}
			return nil
		},
	}
}
