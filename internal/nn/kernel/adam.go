package kernel

import (
	"fmt"

	"dnn/internal/exact"
)

// AdamStep is what all parameters share in one step of Adam (Kingma and Ba, arXiv:1412.6980, with the bias correction
// folded into the rate as in section 2's last paragraph, which is Keras 3's formulation):
//
//	m += (g - m) * C1
//	v += (g*g - v) * C2
//	p -= (m * Alpha) / (sqrt(v) + Epsilon)
//
// where the two += are fused multiply-adds and every other operation rounds.
type AdamStep struct {
	Alpha   float32 // rate * sqrt(1-beta2^t) / (1-beta1^t)
	C1, C2  float32 // 1-beta1, 1-beta2
	Epsilon float32
}

// Adam updates the parameters P[rows, cols] and their moments M and V by the gradient G, all of the same shape, as
// AdamStep defines it for each element. The rows of P, M and V are equally far apart.
func (s *Set) Adam(p, m, v, g Matrix, a AdamStep) {
	requireMoments("Adam", p, m, v)
	require("Adam", "g", g.shape(), p.Rows, p.Cols)
	if p.Rows > 0 && p.Cols > 0 {
		s.adam(p, m, v, g, a)
	}
}

// requireMoments panics unless parameters and their moments lie alike.
func requireMoments(kernel string, p, m, v Matrix) {
	require(kernel, "p", p.shape(), p.Rows, p.Cols)
	require(kernel, "m", m.shape(), p.Rows, p.Cols)
	require(kernel, "v", v.shape(), p.Rows, p.Cols)
	if m.Stride != p.Stride || v.Stride != p.Stride {
		const message = "kernel: %s: rows of p, m, v are %d, %d, %d apart, wanted the same"
		panic(fmt.Sprintf(message, kernel, p.Stride, m.Stride, v.Stride))
	}
}

func adam(p, m, v, g Matrix, a AdamStep) {
	for r := range p.Rows {
		p, m, v := p.Row(r), m.Row(r), v.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = exact.FMA(gc-m[c], a.C1, m[c])
			v[c] = exact.FMA(float32(gc*gc)-v[c], a.C2, v[c])
			p[c] -= float32(m[c]*a.Alpha) / (exact.Sqrt(v[c]) + a.Epsilon)
		}
	}
}
