package kernel

// LionStep has the constants of Lion. The others are 1-beta1 and 1-beta2.
type LionStep struct{ Rate, Beta1, OneMinusBeta1, Beta2, OneMinusBeta2 float32 }

// Lion moves each element of P by the rate, up or down, with a running mean M of gradients. Every operation rounds:
//
//	s = m beta1 + g (1-beta1)
//	p -= rate sign(s), or s itself if that is 0 or NaN
//	m = m beta2 + g (1-beta2)
func (s *Set) Lion(p, m, g Matrix, step LionStep) {
	scalars := [8]float32{step.Rate, step.Beta1, step.OneMinusBeta1, step.Beta2, step.OneMinusBeta2}
	s.elementwise("Lion p m g", lionKernel, scalars, func(r int) {
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
	}, p, p, m, g)
}
