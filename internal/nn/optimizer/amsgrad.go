package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// AMSGrad is Adam with a step that is divided by the root of the largest second moment so far, not of the present one
// (Reddi, Kale and Kumar, ICLR 2018). With Adam's alpha:
//
//	m += (g - m) (1 - beta1)
//	v += (g^2 - v) (1 - beta2)
//	h = max(h, v)
//	p -= m alpha / (sqrt(h) + epsilon)
//
// It is no nn.SparseUpdater as Adam is: the kernel that does it for Adam knows no largest moment.
type AMSGrad struct {
	adam Adam  // its moments, and the length of a step
	h    slots // largest second moments
}

func newAMSGrad(params []*nn.Param, beta1, beta2, epsilon float64) *AMSGrad {
	return &AMSGrad{adam: *NewAdam(params, beta1, beta2, epsilon), h: newSlots("adam.velocity_hat", params)}
}

// Begin starts the next step.
func (a *AMSGrad) Begin(rate float64) { a.adam.Begin(rate) }

// Update moves a block of p against its gradient.
func (a *AMSGrad) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	block := func(s slots) kernel.Matrix { return s.block(p, row, col, g.Rows, g.Cols) }
	weights := p.Value.Block(row, col, g.Rows, g.Cols)
	w.AMSGrad(weights, block(a.adam.m), block(a.adam.v), block(a.h), g, a.adam.step)
}

// State returns Adam's moments and then the largest second ones.
func (a *AMSGrad) State() []StateArray { return state(a.adam.m, a.adam.v, a.h) }

// Counters returns Adam's.
func (a *AMSGrad) Counters() map[string]float64 { return a.adam.Counters() }

// Restore sets Adam's counters.
func (a *AMSGrad) Restore(counters map[string]float64) error { return a.adam.Restore(counters) }
