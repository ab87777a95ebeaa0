package optimizer

import (
	"dnn/internal/exact"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/setting"
)

// NadamRule is the settings of nadam.
type NadamRule struct {
	Beta1   float64 // of the running mean of gradients
	Beta2   float64 // of the running mean of squared gradients
	Epsilon float64
}

// Settings implements Rule.
func (r *NadamRule) Settings() []setting.Setting {
	return []setting.Setting{beta1Setting(&r.Beta1), beta2Setting(&r.Beta2), epsilonSetting(&r.Epsilon)}
}

func (r *NadamRule) build(params []*nn.Param) Optimizer { return newNadam(*r, params) }

// Nadam is Adam with Nesterov's momentum (Dozat, ICLR workshop 2016), whose momentum u warms up. In step t, with U the
// product of u_1 to u_t:
//
//	u_t = beta1 (1 - 0.96^t / 2)
//	m += (g - m) (1 - beta1)
//	v += (g^2 - v) (1 - beta2)
//	p -= rate (u_{t+1} m / (1 - U u_{t+1}) + (1 - u_t) g / (1 - U)) / (sqrt(v / (1 - beta2^t)) + epsilon)
//
// As in Keras, the factors that are the same for all elements are rounded to float32. To divide only once for each
// element, the last quotient is taken with the root of 1 - beta2^t above and below: kernel.NadamStep has what is left.
type Nadam struct {
	beta1, beta2, epsilon float32
	decay, power2         float64 // 0.96^t and beta2^t after t steps, both bases rounded to float32
	product               float64 // U, a float32
	step                  kernel.NadamStep
	m, v                  slots
}

const nadamDecay = float32(0.96)

func newNadam(s NadamRule, params []*nn.Param) *Nadam {
	return &Nadam{
		beta1: float32(s.Beta1), beta2: float32(s.Beta2), epsilon: float32(s.Epsilon),
		decay: 1, power2: 1, product: 1,
		step: kernel.NadamStep{C1: 1 - float32(s.Beta1), C2: 1 - float32(s.Beta2)},
		m:    newSlots("nadam.momentum", params), v: newSlots("nadam.velocity", params),
	}
}

// Begin starts the next step.
func (n *Nadam) Begin(rate float64) {
	n.decay *= float64(nadamDecay)
	n.power2 *= float64(n.beta2)
	warm := 1 - float32(0.5*float32(n.decay))
	u, next := float32(n.beta1*warm), float32(n.beta1*(1-float32(0.5*float32(n.decay*float64(nadamDecay)))))
	product := float32(float32(n.product) * n.beta1 * warm)
	n.product = float64(product)
	root := exact.Sqrt(1 - float32(n.power2))
	length := float32(rate) * root
	n.step.MFactor = float32(length*next) / (1 - float32(product*next))
	n.step.GFactor = float32(length*(1-u)) / (1 - product)
	n.step.Epsilon = n.epsilon * root
}

// Update moves a block of p against its gradient.
func (n *Nadam) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	m, v := n.m.block(p, row, col, g.Rows, g.Cols), n.v.block(p, row, col, g.Rows, g.Cols)
	w.Nadam(p.Value.Block(row, col, g.Rows, g.Cols), m, v, g, n.step)
}

// State returns the first moments and then the second.
func (n *Nadam) State() []StateArray { return state(n.m, n.v) }

func (n *Nadam) counters() counters {
	return counters{"nadam.decay_power": &n.decay, "nadam.beta_2_power": &n.power2, "nadam.u_product": &n.product}
}

// Counters returns the powers and the product, which change from step to step.
func (n *Nadam) Counters() map[string]float64 { return n.counters().values() }

// Restore sets the powers and the product.
func (n *Nadam) Restore(counters map[string]float64) error { return n.counters().restore(counters) }
