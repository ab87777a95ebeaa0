package callback

import (
	"math"

	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// Plateau lowers the learning rate when a figure no longer improves: Keras's ReduceLROnPlateau, with its meaning of
// each setting.
type Plateau struct {
	Monitor  string  // one of history.Metrics
	Factor   float64 // of the rate, below 1
	Patience int     // epochs without improvement after which the rate is reduced
	MinDelta float64 // how much better counts as an improvement
	Cooldown int     // epochs after a reduction that do not count
	MinLR    float64 // below which it does not reduce
}

// plateau is the name of a Plateau.
const plateau = "reduce_lr_on_plateau"

func newPlateau() Named {
	return Named{
		Name: plateau, Kind: &Plateau{Monitor: "val_loss", Factor: 0.1, Patience: 10, MinDelta: 0.0001},
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
			Doc:    "Epochs with no improvement after which that happens.",
			Advice: "3 to 10; fewer than early_stopping's."},
		{Name: "min_delta", Value: &p.MinDelta, Bounds: figures(), Example: "0.001",
			Doc:    "Threshold: a change of less is no improvement.",
			Advice: "0.0001; 0.001 where the metric is noisy."},
		{Name: "cooldown", Value: &p.Cooldown, Bounds: epochs(), Example: "2",
			Doc:    "Epochs after that in which nothing is counted.",
			Advice: "0; 2 where a lower rate takes some epochs to show."},
		{Name: "min_lr", Value: &p.MinLR, Bounds: figures(), Example: "1e-5",
			Doc:    "The least learning rate.",
			Advice: "a hundredth of the optimizer's."},
	}
}

// Add implements Kind. The run's schedule is from then on what it was, times a factor that is 1 at first. With a
// Constant that is just what Keras's does.
func (p *Plateau) Add(run *train.Run) {
	r := (&reducer{Plateau: *p, then: run.Schedule}).anew()
	run.Schedule = r
	run.Callbacks = append(run.Callbacks, r.callback())
}

// reducer is a Plateau in one run: its schedule, and one of its callbacks.
type reducer struct {
	Plateau
	then schedule.Schedule

	scale    float64 // the factor
	best     float64
	wait     int
	cooldown int
}

// anew returns a reducer of the same settings that has heard of no epoch.
func (r *reducer) anew() *reducer {
	return &reducer{Plateau: r.Plateau, then: r.then, scale: 1, best: math.NaN()}
}

// Rate returns the rate of that step as things stand.
func (r *reducer) Rate(step int) float64 {
	rate := r.then.Rate(step)
	if r.scale == 1 { // before the first reduction MinLR says nothing
		return rate
	}
	return max(float64(rate*r.scale), r.MinLR)
}

func (r *reducer) callback() train.Callback {
	return train.Callback{
		Name: plateau,
		TrainBegin: func(plan train.Plan) error {
			*r = *r.anew()
			return checkMonitor(plateau, r.Monitor, plan)
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
