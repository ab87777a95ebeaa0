package callback

import (
	"math"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
)

// monitorSetting returns the setting of which metric a callback watches.
func monitorSetting(value *string, example, advice string) setting.Setting {
	return setting.Setting{
		Name: "monitor", Value: value, Choices: history.Metrics(), Example: example,
		Doc:    "The metric; an accuracy should rise, anything else fall.",
		Advice: advice,
	}
}

// Bounds of counts of epochs, and of what a metric is compared with.
func epochs() setting.Bounds  { return setting.From(0, history.MaxEpochs) }
func figures() setting.Bounds { return setting.From(0, 1000) }

// higherIsBetter tells in which direction a figure improves: Keras's mode "auto".
func higherIsBetter(monitor string) bool { return strings.HasSuffix(monitor, "accuracy") }

// better tells whether value is better than best by more than minDelta, as Keras's callbacks compare. Anything is
// better than a best of NaN, which means that there is none yet; nothing that is NaN is better than a number.
func better(monitor string, value, best, minDelta float64) bool {
	switch {
	case math.IsNaN(best):
		return true
	case higherIsBetter(monitor):
		return value-math.Abs(minDelta) > best
	}
	return value+math.Abs(minDelta) < best
}

// checkMonitor tells whether a run of that plan has the figure that a callback is to watch.
func checkMonitor(where, monitor string, p train.Plan) error {
	if !slices.Contains(history.Metrics(), monitor) {
		return fault.New(fault.Config, where, "monitor: wanted one of %s, found %q",
			strings.Join(history.Metrics(), ", "), monitor)
	}
	if name, ok := strings.CutPrefix(monitor, "val_"); ok && p.ValidationSamples == 0 {
		return fault.New(fault.Config, where, "monitor: %s wants validation, and there is none", monitor).
			WithHint("set validation_split, or monitor %s", name)
	}
	return nil
}
