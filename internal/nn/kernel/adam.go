package kernel

import "dnn/internal/exact"

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
	C1, C2  float32 // 1-beta1, 1-beta2, which are finite
	Epsilon float32
}

// Adam takes a step, as AdamStep defines it, for each element of the parameters P[rows, cols] and their moments M and
// V, with the gradient G. All have the same shape.
func (s *Set) Adam(p, m, v, g Matrix, a AdamStep) {
	s.elementwise("Adam p m v g", adamKernel, [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, func(r int) {
		adam(p.Slice(r, r+1), m.Slice(r, r+1), v.Slice(r, r+1), g.Slice(r, r+1), a)
	}, p, p, m, v, g)
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

// AMSGrad is Adam with the largest second moment so far, H, in place of V: h = max(h, v), unless v is NaN.
func (s *Set) AMSGrad(p, m, v, h, g Matrix, a AdamStep) {
	s.elementwise("AMSGrad p m v h g", amsgradKernel, [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, func(r int) {
		p, m, v, h := p.Row(r), m.Row(r), v.Row(r), h.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = flush(exact.FMA(gc-m[c], a.C1, m[c]))
			v[c] = flush(exact.FMA(square(gc)-v[c], a.C2, v[c]))
			if !(v[c] < h[c]) {
				h[c] = v[c]
			}
			p[c] -= float32(m[c]*a.Alpha) / (exact.Sqrt(h[c]) + a.Epsilon)
		}
	}, p, p, m, v, h, g)
}

// NadamStep has the constants of one step of Nadam:
//
//	m += (g - m) C1
//	v += (g*g - v) C2
//	p -= (m MFactor + g GFactor) / (sqrt(v) + Epsilon)
//
// The two += and the sum are fused multiply-adds, of which the products with g are rounded before. Moments and squares
// are flushed as Adam's.
type NadamStep struct{ MFactor, GFactor, C1, C2, Epsilon float32 }

// Nadam takes a step, as NadamStep defines it, for each element of P, with the moments M and V.
func (s *Set) Nadam(p, m, v, g Matrix, step NadamStep) {
	scalars := [8]float32{step.MFactor, step.GFactor, step.C1, step.C2, step.Epsilon}
	s.elementwise("Nadam p m v g", nadamKernel, scalars, func(r int) {
		p, m, v := p.Row(r), m.Row(r), v.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = flush(exact.FMA(gc-m[c], step.C1, m[c]))
			v[c] = flush(exact.FMA(square(gc)-v[c], step.C2, v[c]))
			p[c] -= exact.FMA(m[c], step.MFactor, float32(gc*step.GFactor)) / (exact.Sqrt(v[c]) + step.Epsilon)
		}
	}, p, p, m, v, g)
}
