package train

import (
	"math"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
)

// EarlyStopping ends a run when a figure has stopped to improve. It is Keras's, with its meaning of each setting.
type EarlyStopping struct {
	Model              *nn.Sequential
	Monitor            string  // one of Monitors; Keras's default is val_loss
	MinDelta           float64 // how much better counts as an improvement
	Patience           int     // epochs without one after which the run ends
	RestoreBestWeights bool    // in the end, leave the model as it was after its best epoch
	StartFromEpoch     int     // how many epochs pass before it begins to watch

	// BestEpoch is the epoch of the best value so far; 0: none yet.
	BestEpoch int

	best    float64
	wait    int
	weights [][]float32 // of the best epoch
}

// Callback returns the callback, to be used in one run.
func (s *EarlyStopping) Callback() Callback {
	const name = "early_stopping"
	return Callback{
		Name: name,
		TrainBegin: func(p Plan) error {
			s.best, s.wait, s.weights, s.BestEpoch = math.NaN(), 0, nil, 0
			return checkMonitor(name, s.Monitor, p)
		},
		EpochEnd: s.epochEnd,
		Finish: func() error {
			if s.weights != nil {
				s.Model.Restore(s.weights)
			}
			return nil
		},
		Save: func() State {
			values := map[string]float64{"best": s.best, "best_epoch": float64(s.BestEpoch), "wait": float64(s.wait)}
			return State{Values: values, Weights: s.weights}
		},
		Resume: func(_ history.Epochs, saved State) error {
			values := saved.Values
			s.best, s.BestEpoch, s.wait, s.weights = values["best"], int(values["best_epoch"]), int(values["wait"]), saved.Weights
			return nil
		},
	}
}

func (s *EarlyStopping) epochEnd(e history.Epoch) error {
	if e.Epoch <= s.StartFromEpoch {
		return nil
	}
	s.wait++
	value := e.Metric(s.Monitor)
	if better(s.Monitor, value, s.best, s.MinDelta) {
		s.best, s.BestEpoch, s.wait = value, e.Epoch, 0
		if s.RestoreBestWeights {
			s.weights = s.Model.Snapshot(s.weights)
		}
		return nil
	}
	if s.wait >= s.Patience && e.Epoch > 1 { // as Keras: never after the first epoch
		return Stop("%s has not improved for %s: the best was %v in epoch %d", s.Monitor, fault.Count(s.wait, "epoch"), s.best, s.BestEpoch)
	}
	return nil
}
