package callback

import (
	"math"

	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// Plateau lowers the learning rate when a metric no longer improves. It is Keras's ReduceLROnPlateau, with the same
// settings.
type Plateau struct {
	Monitor  string  // one of history.Metrics
	Factor   float64 // by which the rate is multiplied, below 1
	Patience int     // the rate is reduced after so many epochs without improvement
	MinDelta float64 // a smaller change is no improvement
	Cooldown int     // number of epochs after a reduction that are not counted
	MinLR    float64 // the rate is not reduced below this
}

const plateauName = "reduce_lr_on_plateau"

func newPlateau() Named {
	return Named{
		Name: plateauName, Kind: &Plateau{Monitor: "val_loss", Factor: 0.1, Patience: 10, MinDelta: 0.0001},
		Doc: "Lowers the learning rate when a monitored metric has stopped improving.", Main: "patience",
	}
}

// Settings implements Kind.
func (p *Plateau) Settings() []setting.Setting {
	return []setting.Setting{
		monitorSetting(&p.Monitor, "loss", "val_loss; loss where there is no validation."),
		{Name: "factor", Value: &p.Factor, Bounds: setting.Between(0, 1), Example: "0.5",
			Doc:    "What the learning rate is multiplied by.",
			Advice: "0.5, or 0.1 to come down fast."},
		{Name: "patience", Value: &p.Patience, Bounds: epochs(), Example: "3",
			Doc:    "Epochs with no improvement after which the rate is lowered.",
			Advice: "3 to 10; fewer than early_stopping's."},
		{Name: "min_delta", Value: &p.MinDelta, Bounds: thresholds(), Example: "0.001",
			Doc:    "Threshold: a smaller change is no improvement.",
			Advice: "0.0001; 0.001 where the metric is noisy."},
		{Name: "cooldown", Value: &p.Cooldown, Bounds: epochs(), Example: "2",
			Doc:    "Epochs after the rate is lowered that do not count.",
			Advice: "0; 2 where a lower rate takes some epochs to show."},
		{Name: "min_lr", Value: &p.MinLR, Bounds: thresholds(), Example: "1e-5",
			Doc:    "The lowest learning rate.",
			Advice: "a hundredth of the optimizer's."},
	}
}

// Add implements Kind. It replaces the run's schedule by the same schedule times a factor, which is 1 at first. With a
// Constant schedule this is what Keras does.
func (p *Plateau) Add(run *train.Run) {
	r := (&reducer{Plateau: *p, original: run.Schedule}).fresh()
	run.Schedule = r
	run.Callbacks = append(run.Callbacks, r.callback())
}

// reducer is a Plateau in one run: both its schedule and one of its callbacks.
type reducer struct {
	Plateau
	original schedule.Schedule

	scale    float64 // by which the original rate is multiplied
	best     float64
	wait     int
	cooldown int
}

// fresh returns a reducer with the same settings that has seen no epoch.
func (r *reducer) fresh() *reducer {
	return &reducer{Plateau: r.Plateau, original: r.original, scale: 1, best: math.NaN()}
}

// Rate returns the rate of a step with all reductions so far.
func (r *reducer) Rate(step int) float64 {
	rate := r.original.Rate(step)
	if r.scale == 1 { // MinLR only limits reductions
		return rate
	}
	return max(float64(rate*r.scale), r.MinLR)
}

func (r *reducer) callback() train.Callback {
	return train.Callback{
		Name: plateauName,
		TrainBegin: func(plan train.Plan) error {
			*r = *r.fresh()
			return checkMonitor(plateauName, r.Monitor, plan)
		},
		EpochEnd: func(e history.Epoch) error {
			r.epochEnd(e)
			return nil
		},
		Save: func() train.State {
			return train.State{Values: map[string]float64{
				"scale": r.scale, "best": r.best, "wait": float64(r.wait), "cooldown": float64(r.cooldown),
			}}
		},
		Resume: func(_ history.Epochs, saved train.State) error {
			v := saved.Values
			r.scale, r.best, r.wait, r.cooldown = v["scale"], v["best"], int(v["wait"]), int(v["cooldown"])
			return nil
		},
	}
}

func (r *reducer) epochEnd(e history.Epoch) {
	value := e.Metric(r.Monitor)
	if r.cooldown > 0 {
		r.cooldown--
		r.wait = 0
	}
	if better(r.Monitor, value, r.best, r.MinDelta) {
		r.best, r.wait = value, 0
		return
	}
	if r.cooldown > 0 {
		return
	}
	r.wait++
	if r.wait >= r.Patience && e.LearningRate > r.MinLR {
		r.scale *= r.Factor
		r.wait, r.cooldown = 0, r.Cooldown
	}
}
