package kernel

// Residual computes D = (Y - target) scale, the gradient of many losses where all outputs have the same target. Every
// operation rounds.
func (s *Set) Residual(d, y Matrix, target, scale float32) {
	s.elementwise("Residual d y", residualKernel, [8]float32{target, scale}, func(r int) {
		d := d.Row(r)
		for c, v := range y.Row(r) {
			d[c] = (v - target) * scale
		}
	}, d, d, y)
}
