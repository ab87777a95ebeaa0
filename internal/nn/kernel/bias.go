package kernel

// Bias computes Y[r, c] += bias[c].
func (s *Set) Bias(y Matrix, bias []float32) {
	s.elementwise("Bias y bias", biasKernel, [8]float32{}, func(r int) {
		y := y.Row(r)
		for c, b := range bias[:len(y)] {
			y[c] += b
		}
	}, y, y, rowVector(bias))
}

// ColumnSums computes dst[c], the sum of X[r, c] over the rows in ascending r, starting from +0: the gradient of a
// bias.
func (s *Set) ColumnSums(dst []float32, x Matrix) {
	require("ColumnSums", "x", x.shape(), x.Rows, x.Cols)
	requireLength("ColumnSums", "dst", len(dst), x.Cols)
	if x.Cols > 0 {
		s.columnSums(dst, x)
	}
}

func columnSums(dst []float32, x Matrix) {
	dst = dst[:x.Cols]
	clear(dst)
	for r := range x.Rows {
		for c, v := range x.Row(r) {
			dst[c] += v
		}
	}
}
