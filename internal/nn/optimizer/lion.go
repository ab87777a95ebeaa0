package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// LionRule is the settings of lion.
type LionRule struct {
	Beta1 float64 // fraction of the running mean of gradients in the direction of the step
	Beta2 float64 // fraction of the running mean that is kept
}

// Settings implements Rule.
func (r *LionRule) Settings() []setting.Setting {
	return []setting.Setting{beta1Setting(&r.Beta1), beta2Setting(&r.Beta2)}
}

func (r *LionRule) build(params []*nn.Param) Optimizer { return newLion(*r, params) }

// Lion moves each weight by the learning rate, up or down (Chen et al., arXiv:2302.06675). m is a running mean of
// gradients:
//
//	p -= rate sign(beta1 m + (1 - beta1) g)
//	m = beta2 m + (1 - beta2) g
type Lion struct {
	beta1, beta2, rate float32
	m                  slots
}

func newLion(s LionRule, params []*nn.Param) *Lion {
	return &Lion{beta1: float32(s.Beta1), beta2: float32(s.Beta2), m: newSlots("lion.momentum", params)}
}

// Begin starts the next step.
func (l *Lion) Begin(rate float64) { l.rate = float32(rate) }

// Update moves a block of p against its gradient.
func (l *Lion) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	c1, c2 := 1-l.beta1, 1-l.beta2
	eachRow(p, top, left, g, func(r int, w, grad []float32) {
		m := l.m.row(p, r, left, g)
		for c, d := range grad {
			switch step := float32(m[c]*l.beta1) + float32(d*c1); {
			case step > 0:
				w[c] -= l.rate
			case step < 0:
				w[c] += l.rate
			case step != step:
				w[c] = step // NaN, so that training that diverges is noticed
			}
			m[c] = float32(m[c]*l.beta2) + float32(d*c2)
		}
	})
}

// State returns the running means of gradients.
func (l *Lion) State() []StateArray { return state(l.m) }

// Counters returns nothing.
func (l *Lion) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (l *Lion) Restore(map[string]float64) error { return nil }
