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
	step kernel.LionStep
	m    slots
}

func newLion(s LionRule, params []*nn.Param) *Lion {
	beta1, beta2 := float32(s.Beta1), float32(s.Beta2)
	step := kernel.LionStep{Beta1: beta1, OneMinusBeta1: 1 - beta1, Beta2: beta2, OneMinusBeta2: 1 - beta2}
	return &Lion{step: step, m: newSlots("lion.momentum", params)}
}

// Begin starts the next step.
func (l *Lion) Begin(rate float64) { l.step.Rate = float32(rate) }

// Update moves a block of p against its gradient.
func (l *Lion) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	weights := p.Value.Block(row, col, g.Rows, g.Cols)
	w.Lion(weights, l.m.block(p, row, col, g.Rows, g.Cols), g, l.step)
}

// State returns the running means of gradients.
func (l *Lion) State() []StateArray { return state(l.m) }

// Counters returns nothing.
func (l *Lion) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (l *Lion) Restore(map[string]float64) error { return nil }
