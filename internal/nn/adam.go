package nn

import (
	"math"

	"dnn/internal/nn/kernel"
)

// Adam is the optimizer of Kingma and Ba (arXiv:1412.6980) in Keras 3's formulation; kernel.AdamStep has the formulas.
type Adam struct {
	beta1, beta2   float64 // rounded to float32
	power1, power2 float64 // beta1^t, beta2^t after t steps
	step           kernel.AdamStep
	m, v           []Matrix // first and second moments, by the parameters' index, laid out as they are
}

// NewAdam returns an Adam for these parameters of one network, with moments of zero.
func NewAdam(params []*Param, beta1, beta2, epsilon float64) *Adam {
	a := &Adam{beta1: float64(float32(beta1)), beta2: float64(float32(beta2)), power1: 1, power2: 1}
	a.step = kernel.AdamStep{C1: float32(1 - beta1), C2: float32(1 - beta2), Epsilon: float32(epsilon)}
	for _, p := range params {
		if p.Fixed {
			a.m, a.v = append(a.m, Matrix{}), append(a.v, Matrix{})
			continue
		}
		a.m = append(a.m, newMatrix(p.Value.Rows, p.Value.Cols))
		a.v = append(a.v, newMatrix(p.Value.Rows, p.Value.Cols))
	}
	return a
}

// Begin starts the next step.
//
// Keras computes the step's length in float32. 1 - 0.999 is then 1.3e-5 of itself too small, which is more than all other
// rounding of a step together: with the exact length a run would leave Keras's at once.
func (a *Adam) Begin(rate float64) {
	a.power1 *= a.beta1
	a.power2 *= a.beta2
	rest1, rest2 := 1-float32(a.power1), 1-float32(a.power2)
	a.step.Alpha = float32(rate) * float32(math.Sqrt(float64(rest2))) / rest1
}

// Update moves a block of p against its gradient.
func (a *Adam) Update(w *Worker, p *Param, row, col int, g Matrix) {
	at := row*p.Value.Stride + col
	m, v := a.m[p.index].Data[at:], a.v[p.index].Data[at:]
	w.Adam(g.Rows, g.Cols, p.Value.Data[at:], m, v, p.Value.Stride, g.Data, g.Stride, a.step)
}
