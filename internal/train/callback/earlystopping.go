package callback

import (
	"math"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/setting"
	"dnn/internal/train"
)

// EarlyStopping ends a run when a metric no longer improves. It is Keras's callback of that name, with the same
// settings.
type EarlyStopping struct {
	Monitor            string  // one of history.Metrics
	MinDelta           float64 // a smaller change is no improvement
	Patience           int     // the run ends after so many epochs without improvement
	RestoreBestWeights bool    // at the end, restore the weights of the best epoch
	StartFromEpoch     int     // number of epochs at the start that are ignored
}

const earlyStoppingName = "early_stopping"

func newEarlyStopping() Named {
	return Named{
		Name: earlyStoppingName, Kind: &EarlyStopping{Monitor: "val_loss"},
		Doc: "Stops when a monitored metric has stopped improving.", Main: "patience",
	}
}

// Settings implements Kind.
func (s *EarlyStopping) Settings() []setting.Setting {
	return []setting.Setting{
		monitorSetting(&s.Monitor, "val_accuracy", "val_loss; loss where there is no validation."),
		{Name: "min_delta", Value: &s.MinDelta, Bounds: thresholds(), Example: "0.001",
			Doc:    "Threshold: a smaller change is no improvement.",
			Advice: "0; 0.001 to end a run that hardly improves."},
		{Name: "patience", Value: &s.Patience, Bounds: epochs(), Example: "5",
			Doc:    "Epochs with no improvement after which training is stopped.",
			Advice: "5 to 10, a tenth of the epochs of a long run; 0 is Keras's, and stops at the first."},
		{Name: "restore_best_weights", Value: &s.RestoreBestWeights, Example: "true",
			Doc:    "Whether the model is that of the best epoch, not of the last.",
			Advice: "true: the last epochs are those without improvement."},
		{Name: "start_from_epoch", Value: &s.StartFromEpoch, Bounds: epochs(), Example: "10",
			Doc:    "Epochs before the metric is watched.",
			Advice: "as many as a metric needs to settle: schedule.warmup_epochs."},
	}
}

// Add implements Kind.
func (s *EarlyStopping) Add(run *train.Run) {
	w := &stopper{EarlyStopping: *s, model: run.Model}
	w.RestoreBestWeights = w.RestoreBestWeights && run.Model != nil
	run.Callbacks = append(run.Callbacks, w.callback())
}

// stopper is an EarlyStopping in one run.
type stopper struct {
	EarlyStopping
	model *nn.Sequential // nil: nothing is restored

	best      float64
	bestEpoch int // 0: none yet
	wait      int
	weights   [][]float32 // of the best epoch; nil: there is none, or they are not restored
}

func (s *stopper) callback() train.Callback {
	return train.Callback{
		Name: earlyStoppingName,
		TrainBegin: func(p train.Plan) error {
			s.best, s.wait, s.weights, s.bestEpoch = math.NaN(), 0, nil, 0
			return checkMonitor(earlyStoppingName, s.Monitor, p)
		},
		EpochEnd: s.epochEnd,
		Finish: func() error {
			if s.weights != nil {
				s.model.Restore(s.weights)
			}
			return nil
		},
		Save: func() train.State {
			values := map[string]float64{"best": s.best, "best_epoch": float64(s.bestEpoch), "wait": float64(s.wait)}
			return train.State{Values: values, Weights: s.weights}
		},
		Resume: func(_ history.Epochs, saved train.State) error {
			values := saved.Values
			s.best, s.bestEpoch, s.wait = values["best"], int(values["best_epoch"]), int(values["wait"])
			s.weights = saved.Weights
			return nil
		},
	}
}

func (s *stopper) epochEnd(e history.Epoch) error {
	if e.Epoch <= s.StartFromEpoch {
		return nil
	}
	s.wait++
	value := e.Metric(s.Monitor)
	if better(s.Monitor, value, s.best, s.MinDelta) {
		s.best, s.bestEpoch, s.wait = value, e.Epoch, 0
		if s.RestoreBestWeights {
			s.weights = s.model.Snapshot(s.weights)
		}
		return nil
	}
	if s.wait >= s.Patience && e.Epoch > 1 { // as in Keras, never after the first epoch
		return train.Stop("%s has not improved for %s: the best was %v in epoch %d",
			s.Monitor, fault.Count(s.wait, "epoch"), s.best, s.bestEpoch)
	}
	return nil
}

// RestoreBest reports whether one of the callbacks goes back to the weights of the best epoch, which it keeps.
func RestoreBest(all []Named) bool {
	return slices.ContainsFunc(all, func(c Named) bool {
		s, ok := c.Kind.(*EarlyStopping)
		return ok && s.RestoreBestWeights
	})
}
