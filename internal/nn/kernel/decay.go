package kernel

// Decay shrinks each element: P[r, c] -= (P[r, c] * decay) * rate. Every operation rounds.
func (s *Set) Decay(p Matrix, decay, rate float32) {
	s.elementwise("Decay p", decayKernel, [8]float32{decay, rate}, func(r int) {
		p := p.Row(r)
		for c, v := range p {
			p[c] = v - float32(float32(v*decay)*rate)
		}
	}, p, p)
}

// Regularize adds the gradient of l1 sum |w| + l2/2 sum w^2 to G: l1 sign(w) + l2 w. Every operation rounds.
func (s *Set) Regularize(g, w Matrix, l1, l2 float32) {
	s.elementwise("Regularize g w", regularizeKernel, [8]float32{l1, l2}, func(r int) {
		g := g.Row(r)
		for c, w := range w.Row(r) {
			g[c] += float32(l2 * w)
			switch {
			case w > 0:
				g[c] += l1
			case w < 0:
				g[c] -= l1
			default:
				g[c] += 0 // -0 becomes +0, as in assembly
			}
		}
	}, g, g, w)
}
