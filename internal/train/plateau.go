package train

import (
	"math"

	"dnn/internal/history"
)

// Plateau lowers the learning rate when a figure has stopped to improve: Keras's ReduceLROnPlateau, with its meaning of each
// setting. It is the Schedule of a run and one of its callbacks at once. Its rates are those of Then times a factor that is 1
// at first; with a Constant it does just what Keras's does.
type Plateau struct {
	Then     Schedule
	Monitor  string  // one of Monitors; Keras's default is val_loss
	Factor   float64 // of the rate, below 1 [0.1]
	Patience int     // epochs without improvement after which the rate is reduced [10]
	MinDelta float64 // how much better counts as an improvement [1e-4]
	Cooldown int     // epochs after a reduction that do not count [0]
	MinRate  float64 // below which it does not reduce [0]

	scale    float64 // the factor
	best     float64
	wait     int
	cooldown int
}

// Rate returns the rate of that step as things stand.
func (p *Plateau) Rate(step int) float64 {
	rate := p.Then.Rate(step)
	if p.scale == 1 { // before the first reduction MinRate says nothing
		return rate
	}
	return max(float64(rate*p.scale), p.MinRate)
}

// Callback returns the callback, to be used in one run.
func (p *Plateau) Callback() Callback {
	const name = "reduce_lr_on_plateau"
	return Callback{
		Name: name,
		TrainBegin: func(plan Plan) error {
			p.scale, p.best, p.wait, p.cooldown = 1, math.NaN(), 0, 0
			return checkMonitor(name, p.Monitor, plan)
		},
		EpochEnd: p.epochEnd,
		Save: func() State {
			return State{Values: map[string]float64{
				"scale": p.scale, "best": p.best, "wait": float64(p.wait), "cooldown": float64(p.cooldown),
			}}
		},
		Resume: func(_ history.Epochs, saved State) error {
			v := saved.Values
			p.scale, p.best, p.wait, p.cooldown = v["scale"], v["best"], int(v["wait"]), int(v["cooldown"])
			return nil
		},
	}
}

func (p *Plateau) epochEnd(e history.Epoch) error {
	value := e.Metric(p.Monitor)
	if p.cooldown > 0 {
		p.cooldown--
		p.wait = 0
	}
	if better(p.Monitor, value, p.best, p.MinDelta) {
		p.best, p.wait = value, 0
		return nil
	}
	if p.cooldown > 0 {
		return nil
	}
	p.wait++
	if p.wait >= p.Patience && e.LearningRate > p.MinRate {
		p.scale *= p.Factor
		p.wait, p.cooldown = 0, p.Cooldown
	}
	return nil
}
