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
type RMSpropStep struct{ Rate, Rho, OneMinusRho, Epsilon float32 }

// RMSprop replaces the gradient G by the step of RMSprop, with running means V of its square and, unless A is empty, A
// of the gradient itself. Every operation rounds:
//
//	v = rho v + (1-rho) g^2;  a = rho a + (1-rho) g
//	g = rate g / sqrt(v - a^2 + epsilon)
func (s *Set) RMSprop(g, v, a Matrix, step RMSpropStep) {
	requireAll("RMSprop", g.Rows, g.Cols, g, v)
	scalars := [8]float32{step.Rate, step.Rho, step.OneMinusRho, step.Epsilon}
	centered := a.Rows > 0
	if centered {
		requireAll("RMSprop", g.Rows, g.Cols, g, v, a)
		if s.elementwise(centeredKernel, g.Rows, g.Cols, scalars, g, v, a) {
			return
		}
	} else if s.elementwise(rmspropKernel, g.Rows, g.Cols, scalars, g, v) {
		return
	}
	for r := range g.Rows {
		g, v := g.Row(r), v.Row(r)
		for c, gc := range g {
			v[c] = flush(float32(step.Rho*v[c]) + float32(step.OneMinusRho*square(gc)))
			variance := v[c]
			if centered {
				mean := &a.Row(r)[c]
				*mean = flushBelow(0x1p-60, float32(step.Rho**mean)+float32(step.OneMinusRho*gc))
				variance -= float32(*mean * *mean)
			}
			g[c] = float32(step.Rate*gc) / exact.Sqrt(variance+step.Epsilon)
		}
	}
}

// Descend takes a step of the given lengths with momentum, whose memory is M. Every operation rounds:
//
//	m = momentum m + step
//	p -= m
func (s *Set) Descend(p, m, step Matrix, momentum float32) {
	requireAll("Descend", p.Rows, p.Cols, p, m, step)
	if s.elementwise(descendKernel, p.Rows, p.Cols, [8]float32{momentum}, p, m, step) {
		return
	}
	for r := range p.Rows {
		p, m := p.Row(r), m.Row(r)
		for c, v := range step.Row(r) {
			m[c] = flush(float32(momentum*m[c]) + v)
			p[c] -= m[c]
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
