package kernel

import "dnn/internal/exact"

// SGD takes a step of gradient descent: P[r, c] = fma(-rate, G[r, c], P[r, c]).
func (s *Set) SGD(p, g Matrix, rate float32) {
	require("SGD", "p", p.shape(), p.Rows, p.Cols)
	require("SGD", "g", g.shape(), p.Rows, p.Cols)
	if s.elementwise(sgdKernel, p.Rows, p.Cols, [8]float32{rate}, p, g) {
		return
	}
	for r := range p.Rows {
		row := p.Row(r)
		for c, gc := range g.Row(r) {
			row[c] = exact.FMA(-rate, gc, row[c])
		}
	}
}
