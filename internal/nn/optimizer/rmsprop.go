package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// RMSpropRule is the settings of rmsprop.
type RMSpropRule struct {
	Momentum float64
	Rho      float64 // fraction of the running mean of squared gradients that is kept
	Centered bool
	Epsilon  float64
}

// Settings implements Rule.
func (r *RMSpropRule) Settings() []setting.Setting {
	return []setting.Setting{momentumSetting(&r.Momentum),
		{Name: "rho", Value: &r.Rho, Bounds: setting.From(0, maxDecay), Example: "0.95",
			Doc:    "Fraction of the running mean of the squared gradients that is kept at each step.",
			Advice: "0.9; 0.99 where batches are small, and gradients noisy."},
		{Name: "centered", Value: &r.Centered, Example: "true",
			Doc:    "Whether a step is divided by the gradients' deviation, not their size.",
			Advice: "false; true is worth a try where rmsprop does not settle."},
		epsilonSetting(&r.Epsilon)}
}

func (r *RMSpropRule) build(params []*nn.Param) Optimizer { return newRMSprop(*r, params) }

// RMSprop divides each gradient by the root of a running mean of its square (Hinton, lecture 6e, 2012), or, if
// centered, of its variance (Graves, arXiv:1308.0850, section 4.2):
//
//	v = rho v + (1 - rho) g^2
//	a = rho a + (1 - rho) g                              if centered, else a = 0
//	s = rate g / sqrt(v - a^2 + epsilon)
//	m = momentum m + s;  p -= m
type RMSprop struct {
	step     kernel.RMSpropStep
	centered bool
	v        slots
	a        slots // if centered
	m        slots // if momentum is not 0
}

func newRMSprop(s RMSpropRule, params []*nn.Param) *RMSprop {
	o := &RMSprop{
		step: kernel.RMSpropStep{
			Rho: float32(s.Rho), OneMinusRho: float32(1 - s.Rho), Epsilon: float32(s.Epsilon),
			Momentum: float32(s.Momentum),
		},
		centered: s.Centered,
		v:        newSlots("rmsprop.velocity", params),
	}
	if o.centered {
		o.a = newSlots("rmsprop.average_gradient", params)
	}
	if s.Momentum > 0 {
		o.m = newSlots("rmsprop.momentum", params)
	}
	return o
}

// Begin starts the next step.
func (o *RMSprop) Begin(rate float64) { o.step.Rate = float32(rate) }

// Update moves a block of p against its gradient.
func (o *RMSprop) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	block := func(s slots) kernel.Matrix {
		if s.arrays == nil {
			return kernel.Matrix{}
		}
		return s.block(p, row, col, g.Rows, g.Cols)
	}
	w.RMSprop(p.Value.Block(row, col, g.Rows, g.Cols), g, block(o.v), block(o.a), block(o.m), o.step)
}

// State returns v, and a and m if there are any.
func (o *RMSprop) State() []StateArray { return state(o.v, o.a, o.m) }

// Counters returns nothing.
func (o *RMSprop) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (o *RMSprop) Restore(map[string]float64) error { return nil }
