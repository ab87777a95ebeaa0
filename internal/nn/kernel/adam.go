package kernel

import (
	"fmt"

	"dnn/internal/exact"
)

// AdamStep has the constants of one step of Adam (Kingma and Ba, arXiv:1412.6980). As in the last paragraph of its
// section 2, and in Keras 3, the bias correction is part of Alpha:
//
//	m += (g - m) * C1
//	v += (g*g - v) * C2
//	p -= (m * Alpha) / (sqrt(v) + Epsilon)
//
// The two += are fused multiply-adds. Every other operation rounds. Moments below 2^-100 become 0, as does g below 2^-60
// before it is squared: see flush.
type AdamStep struct {
	Alpha   float32 // rate * sqrt(1-beta2^t) / (1-beta1^t)
	C1, C2  float32 // 1-beta1, 1-beta2
	Epsilon float32
}

// Adam takes a step, as AdamStep defines it, for each element of the parameters P[rows, cols] and their moments M and
// V, with the gradient G. All have the same shape; P, M and V also have the same stride.
func (s *Set) Adam(p, m, v, g Matrix, a AdamStep) {
	requireMoments("Adam", p, m, v)
	require("Adam", "g", g.shape(), p.Rows, p.Cols)
	s.adam(p, m, v, g, a)
}

// requireMoments panics unless parameters and moments have the same shape and stride.
func requireMoments(kernel string, p, m, v Matrix) {
	require(kernel, "p", p.shape(), p.Rows, p.Cols)
	require(kernel, "m", m.shape(), p.Rows, p.Cols)
	require(kernel, "v", v.shape(), p.Rows, p.Cols)
	if m.Stride != p.Stride || v.Stride != p.Stride {
		const message = "kernel: %s: p, m, v: wanted equal strides, found %d, %d, %d"
		panic(fmt.Sprintf(message, kernel, p.Stride, m.Stride, v.Stride))
	}
}

func (s *Set) adam(p, m, v, g Matrix, a AdamStep) {
	if !s.elementwise(adamKernel, p.Rows, p.Cols, [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, p, m, v, g) {
		adam(p, m, v, g, a)
	}
}

func adam(p, m, v, g Matrix, a AdamStep) {
	for r := range p.Rows {
		p, m, v := p.Row(r), m.Row(r), v.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = flush(exact.FMA(gc-m[c], a.C1, m[c]))
			v[c] = flush(exact.FMA(square(gc)-v[c], a.C2, v[c]))
			p[c] -= float32(m[c]*a.Alpha) / (exact.Sqrt(v[c]) + a.Epsilon)
		}
	}
}
