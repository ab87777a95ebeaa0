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

// monitorSetting returns the setting that chooses the metric to monitor.
func monitorSetting(value *string, example, advice string) setting.Setting {
	return setting.Setting{
		Name: "monitor", Value: value, Choices: history.Metrics(), Example: example,
		Doc:    "The metric; an accuracy should rise, anything else fall.",
		Advice: advice,
	}
}

// epochs are the bounds of a number of epochs, thresholds those of a value that a metric is compared with.
func epochs() setting.Bounds     { return setting.From(0, history.MaxEpochs) }
func thresholds() setting.Bounds { return setting.From(0, 1000) }

// higherIsBetter reports whether a metric improves as it rises, as Keras's mode "auto" decides.
func higherIsBetter(monitor string) bool { return strings.HasSuffix(monitor, "accuracy") }

// better reports whether value is better than best by more than minDelta, by the comparison of Keras's callbacks. A
// best of NaN means that there is none yet: any value is better. A value of NaN is never better than a number.
func better(monitor string, value, best, minDelta float64) bool {
	switch {
	case math.IsNaN(best):
		return true
	case higherIsBetter(monitor):
		return value-math.Abs(minDelta) > best
	}
	return value+math.Abs(minDelta) < best
}

// checkMonitor returns an error if a run of the given plan does not have the monitored metric.
func checkMonitor(where, monitor string, p train.Plan) error {
	if !slices.Contains(history.Metrics(), monitor) {
		return fault.New(fault.Config, where, "monitor: wanted one of %s, found %q",
			strings.Join(history.Metrics(), ", "), monitor)
	}
	if name, ok := strings.CutPrefix(monitor, "val_"); ok && p.ValidationSamples == 0 {
		return fault.New(fault.Config, where, "monitor: %s needs validation data, and there is none", monitor).
			WithHint("set validation_split, or monitor %s", name)
	}
	return nil
}
