package optimizer

import (
	"math"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// AdamRule is the settings of adam, and of adamw: Adam with the weight decay of Loshchilov and Hutter (ICLR 2019),
// which changes the weights directly, not through the gradient.
type AdamRule struct {
	Beta1   float64 // of the running mean of gradients
	Beta2   float64 // of the running mean of squared gradients
	Epsilon float64
	AMSGrad bool
}

func newAdamRule() *AdamRule { return &AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7} }

// Settings implements Rule.
func (r *AdamRule) Settings() []setting.Setting {
	return []setting.Setting{beta1Setting(&r.Beta1), beta2Setting(&r.Beta2), epsilonSetting(&r.Epsilon),
		{Name: "amsgrad", Value: &r.AMSGrad, Example: "true",
			Doc:    "Whether the largest mean of the squared gradients so far is used.",
			Advice: "false; true is worth a try where adam does not settle."}}
}

func (r *AdamRule) build(params []*nn.Param) Optimizer {
	if r.AMSGrad {
		return newAMSGrad(params, r.Beta1, r.Beta2, r.Epsilon)
	}
	return NewAdam(params, r.Beta1, r.Beta2, r.Epsilon)
}

// Adam is the optimizer of Kingma and Ba (arXiv:1412.6980) in Keras 3's formulation; kernel.AdamStep has the formulas.
type Adam struct {
	beta1, beta2   float64 // rounded to float32
	power1, power2 float64 // beta1^t, beta2^t after t steps
	step           kernel.AdamStep
	m, v           slots // first and second moments
}

// NewAdam returns an Adam for these parameters of one network, with moments of zero.
func NewAdam(params []*nn.Param, beta1, beta2, epsilon float64) *Adam {
	return &Adam{
		beta1: float64(float32(beta1)), beta2: float64(float32(beta2)), power1: 1, power2: 1,
		step: kernel.AdamStep{C1: float32(1 - beta1), C2: float32(1 - beta2), Epsilon: float32(epsilon)},
		m:    newSlots("adam.momentum", params),
		v:    newSlots("adam.velocity", params),
	}
}

// Begin starts the next step.
//
// Keras computes the length of the step in float32, and so does this: 1 - 0.999 then has a relative error of 1.3e-5,
// which is more than that of all other rounding in a step.
func (a *Adam) Begin(rate float64) {
	a.power1 *= a.beta1
	a.power2 *= a.beta2
	correction1, correction2 := 1-float32(a.power1), 1-float32(a.power2)
	a.step.Alpha = float32(rate) * float32(math.Sqrt(float64(correction2))) / correction1
}

// Update moves a block of p against its gradient.
func (a *Adam) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	weights := p.Value.Block(row, col, g.Rows, g.Cols)
	w.Adam(weights, a.m.block(p, row, col, g.Rows, g.Cols), a.v.block(p, row, col, g.Rows, g.Cols), g, a.step)
}

// State returns the first moments and then the second.
func (a *Adam) State() []StateArray { return state(a.m, a.v) }

func (a *Adam) counters() counters {
	return counters{"adam.beta_1_power": &a.power1, "adam.beta_2_power": &a.power2}
}

// Counters returns the powers of the betas, on which the length of a step depends.
func (a *Adam) Counters() map[string]float64 { return a.counters().values() }

// Restore sets the powers of the betas.
func (a *Adam) Restore(counters map[string]float64) error { return a.counters().restore(counters) }
