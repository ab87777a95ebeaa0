package kernel

import "dnn/internal/exact"

// SGD takes a step of gradient descent: P[r, c] = fma(-rate, G[r, c], P[r, c]).
func (s *Set) SGD(p, g Matrix, rate float32) {
	s.elementwise("SGD p g", sgdKernel, [8]float32{rate}, func(r int) {
		p := p.Row(r)
		for c, gc := range g.Row(r) {
			p[c] = exact.FMA(-rate, gc, p[c])
		}
	}, p, p, g)
}

// Momentum takes a step of gradient descent with momentum, whose memory is M. Every operation rounds:
//
//	m = m momentum - g rate
//	p += m                        or, if nesterov,
//	p += m momentum - g rate
func (s *Set) Momentum(p, m, g Matrix, momentum, rate float32, nesterov bool) {
	k := momentumKernel
	if nesterov {
		k = nesterovKernel
	}
	s.elementwise("Momentum p m g", k, [8]float32{momentum, rate}, func(r int) {
		p, m := p.Row(r), m.Row(r)
		for c, gc := range g.Row(r) {
			step := float32(gc * rate)
			m[c] = flush(float32(m[c]*momentum) - step)
			if nesterov {
				p[c] += float32(m[c]*momentum) - step
			} else {
				p[c] += m[c]
			}
		}
	}, p, p, m, g)
}
