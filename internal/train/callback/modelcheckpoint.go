package callback

import (
	"math"

	"dnn/internal/history"
	"dnn/internal/train"
)

// ModelCheckpoint returns a callback that calls save after each epoch in which a metric, one of history.Metrics, is
// better than in all epochs before. It is Keras's ModelCheckpoint with save_best_only. save gets the epochs up to the
// best one, while the model has the weights of that epoch. A resumed run also compares with the epochs before its
// checkpoint.
func ModelCheckpoint(monitor string, save func(history.Epochs) error) train.Callback {
	var epochs history.Epochs
	best := math.NaN()
	add := func(e history.Epoch) (isBest bool) {
		epochs = append(epochs, e)
		if isBest = better(monitor, e.Metric(monitor), best, 0); isBest {
			best = e.Metric(monitor)
		}
		return isBest
	}
	return train.Callback{
		TrainBegin: func(p train.Plan) error { return checkMonitor("model_checkpoint", monitor, p) },
		Resume: func(before history.Epochs, _ train.State) error {
			for _, e := range before {
				add(e)
			}
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			if add(e) {
				return save(epochs)
			}
			return nil
		},
	}
}
