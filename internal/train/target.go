package train

import "dnn/internal/history"

// Target returns a callback that ends the run after the first epoch in which a figure, one of Monitors, is at least as good
// as value.
func Target(monitor string, value float64) Callback {
	return Callback{
		TrainBegin: func(p Plan) error { return checkMonitor("target", monitor, p) },
		EpochEnd: func(e history.Epoch) error {
			found, value := float32(e.Metric(monitor)), float32(value) // float32(0.9) is less than 0.9
			if reached := found <= value && !higherIsBetter(monitor) || found >= value && higherIsBetter(monitor); reached {
				return Stop("%s has reached %v: it is %v", monitor, value, found)
			}
			return nil
		},
	}
}
