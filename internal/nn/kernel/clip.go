package kernel

// Clip moves each element of G to within [-limit, limit]; NaN remains.
func (s *Set) Clip(g Matrix, limit float32) {
	s.elementwise("Clip g", clipKernel, [8]float32{limit}, func(r int) {
		g := g.Row(r)
		for c, v := range g {
			switch {
			case v > limit:
				g[c] = limit
			case v < -limit:
				g[c] = -limit
			}
		}
	}, g, g)
}

// Scale multiplies each element of G by a factor.
func (s *Set) Scale(g Matrix, factor float32) {
	s.elementwise("Scale g", scaleKernel, [8]float32{factor}, func(r int) {
		g := g.Row(r)
		for c := range g {
			g[c] *= factor
		}
	}, g, g)
}
