package kernel

// Decay shrinks each element: P[r, c] -= (P[r, c] * decay) * rate. Every operation rounds.
func (s *Set) Decay(p Matrix, decay, rate float32) {
	require("Decay", "p", p.shape(), p.Rows, p.Cols)
	if s.elementwise(decayKernel, p.Rows, p.Cols, [8]float32{decay, rate}, p) {
		return
	}
	for r := range p.Rows {
		row := p.Row(r)
		for c, v := range row {
			row[c] = v - float32(float32(v*decay)*rate)
		}
	}
}
