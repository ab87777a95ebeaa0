package kernel

import "dnn/internal/exact"

// RMSpropStep has the constants of RMSprop.
type RMSpropStep struct{ Rate, Rho, OneMinusRho, Epsilon, Momentum float32 }

// RMSprop takes a step for each element of P, with running means V of the square of the gradient G and, unless A is
// empty, A of the gradient itself, which centers it; unless M is empty, with momentum, whose memory M is. Every operation
// rounds:
//
//	v = rho v + (1-rho) g^2;  a = rho a + (1-rho) g
//	s = rate g / sqrt(v - a^2 + epsilon)
//	m = momentum m + s
//	p -= m
func (s *Set) RMSprop(p, g, v, a, m Matrix, step RMSpropStep) {
	centered, momentum := a.Rows > 0, m.Rows > 0
	k, names, operands, n := rmspropKernel, "RMSprop p g v a m", [5]Matrix{p, g, v}, 3
	switch {
	case centered && momentum:
		k, n = rmspropCenteredMomentumKernel, n+copy(operands[n:], []Matrix{a, m})
	case centered:
		k, n = rmspropCenteredKernel, n+copy(operands[n:], []Matrix{a})
	case momentum:
		names = "RMSprop p g v m"
		k, n = rmspropMomentumKernel, n+copy(operands[n:], []Matrix{m})
	}
	scalars := [8]float32{step.Rate, step.Rho, step.OneMinusRho, step.Epsilon, step.Momentum}
	s.elementwise(names, k, scalars, func(r int) {
		p, v := p.Row(r), v.Row(r)
		for c, gc := range g.Row(r) {
			v[c] = flush(float32(step.Rho*v[c]) + float32(step.OneMinusRho*square(gc)))
			variance := v[c]
			if centered {
				mean := &a.Row(r)[c]
				*mean = flushBelow(0x1p-60, float32(step.Rho**mean)+float32(step.OneMinusRho*gc))
				variance -= float32(*mean * *mean)
			}
			change := float32(step.Rate*gc) / exact.Sqrt(variance+step.Epsilon)
			if momentum {
				last := &m.Row(r)[c]
				*last = flush(float32(step.Momentum**last) + change)
				change = *last
			}
			p[c] -= change
		}
	}, p, operands[:n]...)
}
