package kernel

import "dnn/internal/exact"

// Momentum takes a step of gradient descent with momentum, whose memory is M. Every operation rounds:
//
//	m = m momentum - g rate
//	p += m                        or, if nesterov,
//	p += m momentum - g rate
func (s *Set) Momentum(p, m, g Matrix, momentum, rate float32, nesterov bool) {
	requireAll("Momentum", p.Rows, p.Cols, p, m, g)
	k := momentumKernel
	if nesterov {
		k = nesterovKernel
	}
	if s.elementwise(k, p.Rows, p.Cols, [8]float32{momentum, rate}, p, m, g) {
		return
	}
	for r := range p.Rows {
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
	}
}

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
	requireAll("RMSprop", p.Rows, p.Cols, p, g, v)
	scalars := [8]float32{step.Rate, step.Rho, step.OneMinusRho, step.Epsilon, step.Momentum}
	centered, momentum := a.Rows > 0, m.Rows > 0
	run := func(k elementwiseKernel, others ...Matrix) bool {
		requireAll("RMSprop", p.Rows, p.Cols, others...)
		all := [5]Matrix{p, g, v}
		n := 3 + copy(all[3:], others)
		return s.elementwise(k, p.Rows, p.Cols, scalars, all[:n]...)
	}
	var done bool
	switch {
	case centered && momentum:
		done = run(rmspropCenteredMomentumKernel, a, m)
	case centered:
		done = run(rmspropCenteredKernel, a)
	case momentum:
		done = run(rmspropMomentumKernel, m)
	default:
		done = run(rmspropKernel)
	}
	if done {
		return
	}
	for r := range p.Rows {
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
	}
}

// LionStep has the constants of Lion. The others are 1-beta1 and 1-beta2.
type LionStep struct{ Rate, Beta1, OneMinusBeta1, Beta2, OneMinusBeta2 float32 }

// Lion moves each element of P by the rate, up or down, with a running mean M of gradients. Every operation rounds:
//
//	s = m beta1 + g (1-beta1)
//	p -= rate sign(s), or s itself if that is 0 or NaN
//	m = m beta2 + g (1-beta2)
func (s *Set) Lion(p, m, g Matrix, step LionStep) {
	requireAll("Lion", p.Rows, p.Cols, p, m, g)
	scalars := [8]float32{step.Rate, step.Beta1, step.OneMinusBeta1, step.Beta2, step.OneMinusBeta2}
	if s.elementwise(lionKernel, p.Rows, p.Cols, scalars, p, m, g) {
		return
	}
	for r := range p.Rows {
		p, m := p.Row(r), m.Row(r)
		for c, gc := range g.Row(r) {
			direction := float32(m[c]*step.Beta1) + float32(gc*step.OneMinusBeta1)
			switch {
			case direction > 0:
				direction = step.Rate
			case direction < 0:
				direction = -step.Rate
			}
			p[c] -= direction
			m[c] = flush(float32(m[c]*step.Beta2) + float32(gc*step.OneMinusBeta2))
		}
	}
}

// NadamStep has the constants of one step of Nadam:
//
//	m += (g - m) C1
//	v += (g*g - v) C2
//	p -= (m MFactor + g GFactor) / (sqrt(v) + Epsilon)
//
// The two += and the sum are fused multiply-adds, of which the products with g are rounded before.
type NadamStep struct{ MFactor, GFactor, C1, C2, Epsilon float32 }

// Nadam takes a step, as NadamStep defines it, for each element of P, with the moments M and V.
func (s *Set) Nadam(p, m, v, g Matrix, step NadamStep) {
	requireAll("Nadam", p.Rows, p.Cols, p, m, v, g)
	scalars := [8]float32{step.MFactor, step.GFactor, step.C1, step.C2, step.Epsilon}
	if s.elementwise(nadamKernel, p.Rows, p.Cols, scalars, p, m, v, g) {
		return
	}
	for r := range p.Rows {
		p, m, v := p.Row(r), m.Row(r), v.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = flush(exact.FMA(gc-m[c], step.C1, m[c]))
			v[c] = flush(exact.FMA(square(gc)-v[c], step.C2, v[c]))
			p[c] -= exact.FMA(m[c], step.MFactor, float32(gc*step.GFactor)) / (exact.Sqrt(v[c]) + step.Epsilon)
		}
	}
}

// AMSGrad is Adam with the largest second moment so far, H, in place of V: h = max(h, v), unless v is NaN.
func (s *Set) AMSGrad(p, m, v, h, g Matrix, a AdamStep) {
	requireAll("AMSGrad", p.Rows, p.Cols, p, m, v, h, g)
	if s.elementwise(amsgradKernel, p.Rows, p.Cols, [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, p, m, v, h, g) {
		return
	}
	for r := range p.Rows {
		p, m, v, h := p.Row(r), m.Row(r), v.Row(r), h.Row(r)
		for c, gc := range g.Row(r) {
			m[c] = flush(exact.FMA(gc-m[c], a.C1, m[c]))
			v[c] = flush(exact.FMA(square(gc)-v[c], a.C2, v[c]))
			if !(v[c] < h[c]) {
				h[c] = v[c]
			}
			p[c] -= float32(m[c]*a.Alpha) / (exact.Sqrt(h[c]) + a.Epsilon)
		}
	}
}

// Clip moves each element of G to within [-limit, limit]; NaN remains.
func (s *Set) Clip(g Matrix, limit float32) {
	requireAll("Clip", g.Rows, g.Cols, g)
	if s.elementwise(clipKernel, g.Rows, g.Cols, [8]float32{limit}, g) {
		return
	}
	EachElement(g, func(v float32) float32 {
		switch {
		case v > limit:
			return limit
		case v < -limit:
			return -limit
		}
		return v
	})
}

// Scale multiplies each element of G by a factor.
func (s *Set) Scale(g Matrix, factor float32) {
	requireAll("Scale", g.Rows, g.Cols, g)
	if !s.elementwise(scaleKernel, g.Rows, g.Cols, [8]float32{factor}, g) {
		EachElement(g, func(v float32) float32 { return v * factor })
	}
}

// Regularize adds the gradient of l1 sum |w| + l2/2 sum w^2 to G: l1 sign(w) + l2 w. Every operation rounds.
func (s *Set) Regularize(g, w Matrix, l1, l2 float32) {
	requireAll("Regularize", g.Rows, g.Cols, g, w)
	if s.elementwise(regularizeKernel, g.Rows, g.Cols, [8]float32{l1, l2}, g, w) {
		return
	}
	for r := range g.Rows {
		g := g.Row(r)
		for c, w := range w.Row(r) {
			var sign float32
			switch {
			case w > 0:
				sign = l1
			case w < 0:
				sign = -l1
			}
			g[c] += float32(l2 * w)
			g[c] += sign
		}
	}
}
