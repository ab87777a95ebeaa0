package optimizer

import (
	"dnn/internal/exact"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// AMSGrad is Adam that divides by the largest second moment so far instead of the present one, so that the length of a
// step never grows (Reddi, Kale and Kumar, ICLR 2018). With Adam's alpha:
//
//	m += (g - m) (1 - beta1)
//	v += (g^2 - v) (1 - beta2)
//	h = max(h, v)
//	p -= m alpha / (sqrt(h) + epsilon)
//
// It is no nn.SparseUpdater as Adam is: the kernel that does it for Adam knows no largest moment.
type AMSGrad struct {
	adam Adam // its moments, and the length of a step
	h    slots
}

func newAMSGrad(params []*nn.Param, beta1, beta2, epsilon float64) *AMSGrad {
	return &AMSGrad{adam: *NewAdam(params, beta1, beta2, epsilon), h: newSlots("adam.velocity_hat", params)}
}

// Begin starts the next step.
func (a *AMSGrad) Begin(rate float64) { a.adam.Begin(rate) }

// Update moves a block of p against its gradient.
func (a *AMSGrad) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	s := a.adam.step
	eachRow(p, top, left, g, func(r int, w, grad []float32) {
		m, v, h := a.adam.m.row(p, r, left, g), a.adam.v.row(p, r, left, g), a.h.row(p, r, left, g)
		for c, d := range grad {
			m[c] += float32((d - m[c]) * s.C1)
			v[c] += float32((float32(d*d) - v[c]) * s.C2)
			h[c] = max(h[c], v[c])
			w[c] -= float32(m[c]*s.Alpha) / (exact.Sqrt(h[c]) + s.Epsilon)
		}
	})
}

// State returns Adam's moments and then the largest second ones.
func (a *AMSGrad) State() []StateArray { return state(a.adam.m, a.adam.v, a.h) }

// Counters returns Adam's.
func (a *AMSGrad) Counters() map[string]float64 { return a.adam.Counters() }

// Restore sets Adam's counters.
func (a *AMSGrad) Restore(counters map[string]float64) error { return a.adam.Restore(counters) }
