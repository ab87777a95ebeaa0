package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// weightDecay makes every weight smaller by a fraction of it before the optimizer's own step, whatever the gradient
// (Loshchilov and Hutter, ICLR 2019): p -= p decay rate. As in Keras biases decay as well.
type weightDecay struct {
	Optimizer
	decay, rate float32
}

func newWeightDecay(o Optimizer, decay float64) *weightDecay {
	return &weightDecay{Optimizer: o, decay: float32(decay)}
}

func (d *weightDecay) Begin(rate float64) {
	d.rate = float32(rate)
	d.Optimizer.Begin(rate)
}

func (d *weightDecay) Update(w *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	w.Decay(p.Value.Block(top, left, g.Rows, g.Cols), d.decay, d.rate)
	d.Optimizer.Update(w, p, top, left, g)
}
