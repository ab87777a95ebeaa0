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
// As in Keras, the factors that are the same for all elements are rounded to float32.
type Nadam struct {
	beta1, beta2, epsilon float32
	decay, power2         float64 // 0.96^t and beta2^t after t steps, both bases rounded to float32
	product               float64 // U, a float32

	rate     float32
	mFactor  float32 // u_{t+1}
	mDivisor float32 // 1 - U u_{t+1}
	gFactor  float32 // 1 - u_t
	gDivisor float32 // 1 - U
	vDivisor float32 // 1 - beta2^t
	m, v     slots
}

const nadamDecay = float32(0.96)

func newNadam(s NadamRule, params []*nn.Param) *Nadam {
	return &Nadam{
		beta1: float32(s.Beta1), beta2: float32(s.Beta2), epsilon: float32(s.Epsilon),
		decay: 1, power2: 1, product: 1,
		m: newSlots("nadam.momentum", params), v: newSlots("nadam.velocity", params),
	}
}

// Begin starts the next step.
func (n *Nadam) Begin(rate float64) {
	n.rate = float32(rate)
	n.decay *= float64(nadamDecay)
	n.power2 *= float64(n.beta2)
	warm := 1 - float32(0.5*float32(n.decay))
	u, next := float32(n.beta1*warm), float32(n.beta1*(1-float32(0.5*float32(n.decay*float64(nadamDecay)))))
	product := float32(float32(n.product) * n.beta1 * warm)
	n.product = float64(product)
	n.mFactor, n.mDivisor = next, 1-float32(product*next)
	n.gFactor, n.gDivisor = 1-u, 1-product
	n.vDivisor = 1 - float32(n.power2)
}

// Update moves a block of p against its gradient.
func (n *Nadam) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	c1, c2 := 1-n.beta1, 1-n.beta2
	eachRow(p, top, left, g, func(r int, w, grad []float32) {
		m, v := n.m.row(p, r, left, g), n.v.row(p, r, left, g)
		for c, d := range grad {
			m[c] += float32((d - m[c]) * c1)
			v[c] += float32((float32(d*d) - v[c]) * c2)
			step := float32(n.mFactor*m[c])/n.mDivisor + float32(n.gFactor*d)/n.gDivisor
			w[c] -= float32(step*n.rate) / (exact.Sqrt(v[c]/n.vDivisor) + n.epsilon)
		}
	})
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
