package optimizer

import (
	"dnn/internal/exact"
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
	rho, oneMinusRho        float32
	epsilon, momentum, rate float32
	centered                bool
	v                       slots
	a                       slots // if centered
	m                       slots // if momentum is not 0
}

func newRMSprop(s RMSpropRule, params []*nn.Param) *RMSprop {
	o := &RMSprop{
		rho: float32(s.Rho), oneMinusRho: float32(1 - s.Rho),
		epsilon: float32(s.Epsilon), momentum: float32(s.Momentum), centered: s.Centered,
		v: newSlots("rmsprop.velocity", params),
	}
	if o.centered {
		o.a = newSlots("rmsprop.average_gradient", params)
	}
	if o.momentum > 0 {
		o.m = newSlots("rmsprop.momentum", params)
	}
	return o
}

// Begin starts the next step.
func (o *RMSprop) Begin(rate float64) { o.rate = float32(rate) }

// Update moves a block of p against its gradient.
func (o *RMSprop) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	eachRow(p, top, left, g, func(r int, w, grad []float32) {
		v := o.v.row(p, r, left, g)
		for c, d := range grad {
			v[c] = float32(o.rho*v[c]) + float32(o.oneMinusRho*float32(d*d))
		}
		// From here on grad holds s, and then m.
		if o.centered {
			a := o.a.row(p, r, left, g)
			for c, d := range grad {
				a[c] = float32(o.rho*a[c]) + float32(o.oneMinusRho*d)
				grad[c] = float32(o.rate*d) / exact.Sqrt(v[c]-float32(a[c]*a[c])+o.epsilon)
			}
		} else {
			for c, d := range grad {
				grad[c] = float32(o.rate*d) / exact.Sqrt(v[c]+o.epsilon)
			}
		}
		if o.momentum > 0 {
			m := o.m.row(p, r, left, g)
			for c, step := range grad {
				m[c] = float32(o.momentum*m[c]) + step
				grad[c] = m[c]
			}
		}
		for c, step := range grad {
			w[c] -= step
		}
	})
}

// State returns v, and a and m if there are any.
func (o *RMSprop) State() []StateArray { return state(o.v, o.a, o.m) }

// Counters returns nothing.
func (o *RMSprop) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (o *RMSprop) Restore(map[string]float64) error { return nil }
