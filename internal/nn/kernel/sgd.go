package kernel

import "dnn/internal/exact"

// SGD takes a step of gradient descent: P[r, c] = fma(-rate, G[r, c], P[r, c]).
func (s *Set) SGD(p, g Matrix, rate float32) {
	require("SGD", "p", p.shape(), p.Rows, p.Cols)
	require("SGD", "g", g.shape(), p.Rows, p.Cols)
	if p.Rows > 0 && p.Cols > 0 {
		s.sgd(p, g, rate)
	}
}

func sgd(p, g Matrix, rate float32) {
	for r := range p.Rows {
		row := p.Row(r)
		for c, gc := range g.Row(r) {
			row[c] = exact.FMA(-rate, gc, row[c])
		}
	}
}
