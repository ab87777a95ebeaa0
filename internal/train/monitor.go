package train

import (
	"math"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/history"
)

// higherIsBetter tells in which direction a figure improves: Keras's mode "auto".
func higherIsBetter(monitor string) bool { return strings.HasSuffix(monitor, "accuracy") }

// better tells whether value is better than best by more than minDelta, as Keras's callbacks compare. Anything is better
// than a best of NaN, which means that there is none yet; nothing that is NaN is better than a number.
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
func checkMonitor(where, monitor string, p Plan) error {
	if !slices.Contains(history.Metrics(), monitor) {
		return fault.New(fault.Config, where, "monitor: wanted one of %s, found %q", strings.Join(history.Metrics(), ", "), monitor)
	}
	if name, ok := strings.CutPrefix(monitor, "val_"); ok && p.ValidationSamples == 0 {
		return fault.New(fault.Config, where, "monitor: %s wants validation, and there is none", monitor).
			WithHint("set validation_split, or monitor %s", name)
	}
	return nil
}
