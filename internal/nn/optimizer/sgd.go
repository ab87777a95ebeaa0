package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// SGDRule is the settings of sgd.
type SGDRule struct {
	Momentum float64
	Nesterov bool
}

// Settings implements Rule.
func (r *SGDRule) Settings() []setting.Setting {
	return []setting.Setting{momentumSetting(&r.Momentum),
		{Name: "nesterov", Value: &r.Nesterov, Example: "true",
			Doc:    "Whether momentum looks ahead (Nesterov, 1983).",
			Advice: "true with sgd and a momentum of 0.9 is often a little better."}}
}

// Check implements setting.Checker.
func (r *SGDRule) Check() *setting.Error {
	if r.Nesterov && r.Momentum == 0 {
		return &setting.Error{Setting: "nesterov", What: "wanted a momentum above 0 beside it, found 0",
			Hint: "for example optimizer: {name: sgd, momentum: 0.9, nesterov: true}"}
	}
	return nil
}

func (r *SGDRule) build(params []*nn.Param) Optimizer {
	if r.Momentum > 0 {
		return newMomentum(params, r.Momentum, r.Nesterov)
	}
	return NewSGD()
}

// SGD is gradient descent without momentum: p -= rate * g.
type SGD struct {
	stateless
	rate float32
}

// NewSGD returns plain gradient descent.
func NewSGD() *SGD { return &SGD{} }

// Begin starts the next step.
func (s *SGD) Begin(rate float64) { s.rate = float32(rate) }

// Update moves a block of p against its gradient.
func (s *SGD) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	w.SGD(p.Value.Block(row, col, g.Rows, g.Cols), g, s.rate)
}

// Momentum is gradient descent with momentum (Polyak, 1964; Sutskever et al., ICML 2013, section 2). As in Keras, m
// contains the learning rate:
//
//	m = momentum m - rate g
//	p += m                        or, Nesterov's,
//	p += momentum m - rate g
type Momentum struct {
	momentum, rate float32
	nesterov       bool
	m              slots
}

func newMomentum(params []*nn.Param, momentum float64, nesterov bool) *Momentum {
	return &Momentum{momentum: float32(momentum), nesterov: nesterov, m: newSlots("sgd.momentum", params)}
}

// Begin starts the next step.
func (o *Momentum) Begin(rate float64) { o.rate = float32(rate) }

// Update moves a block of p against its gradient.
func (o *Momentum) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	weights, m := p.Value.Block(row, col, g.Rows, g.Cols), o.m.block(p, row, col, g.Rows, g.Cols)
	w.Momentum(weights, m, g, o.momentum, o.rate, o.nesterov)
}

// State returns the momentum.
func (o *Momentum) State() []StateArray { return state(o.m) }

// Counters returns nothing.
func (o *Momentum) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (o *Momentum) Restore(map[string]float64) error { return nil }
