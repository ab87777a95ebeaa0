package kernel

import "dnn/internal/exact"

// SquareSums computes dst[c], the sum of (X[r, c] - mean[c])^2 over the rows in ascending r, starting from +0.
func (s *Set) SquareSums(dst []float32, x Matrix, mean []float32) {
	requireLength("SquareSums", "dst", len(dst), x.Cols)
	clear(dst[:x.Cols])
	s.elementwise("SquareSums dst x mean", squareSumsKernel, [8]float32{}, func(r int) {
		for c, v := range x.Row(r) {
			d := v - mean[c]
			dst[c] += float32(d * d)
		}
	}, x, rowVector(dst), x, rowVector(mean))
}

// Normalize computes Y[r, c] = (X[r, c] - mean[c]) scale[c] + shift[c]. Every operation rounds.
func (s *Set) Normalize(y, x Matrix, mean, scale, shift []float32) {
	s.elementwise("Normalize y x mean scale shift", normalizeKernel, [8]float32{}, func(r int) {
		y := y.Row(r)
		for c, v := range x.Row(r) {
			y[c] = float32((v-mean[c])*scale[c]) + shift[c]
		}
	}, x, y, x, rowVector(mean), rowVector(scale), rowVector(shift))
}

// NormalizeSums computes, with h = (X[r, c] - mean[c]) inverse[c], the sums over the rows of DY h and of DY in ascending
// r, starting from +0: the gradients of batch normalization's gamma and beta. Every operation rounds.
func (s *Set) NormalizeSums(dgamma, dbeta []float32, x, dy Matrix, mean, inverse []float32) {
	requireLength("NormalizeSums", "dgamma", len(dgamma), x.Cols)
	requireLength("NormalizeSums", "dbeta", len(dbeta), x.Cols)
	clear(dgamma[:x.Cols])
	clear(dbeta[:x.Cols])
	s.elementwise("NormalizeSums dgamma dbeta x dy mean inverse", normalizeSumsKernel, [8]float32{}, func(r int) {
		dy := dy.Row(r)
		for c, v := range x.Row(r) {
			h := (v - mean[c]) * inverse[c]
			dgamma[c] += float32(dy[c] * h)
			dbeta[c] += dy[c]
		}
	}, x, rowVector(dgamma), rowVector(dbeta), x, dy, rowVector(mean), rowVector(inverse))
}

// NormalizeSlope computes DX[r, c] = DY[r, c] scale[c] - shift[c] - (X[r, c] - mean[c]) slope[c]; the last product is
// fused with the subtraction. DX may be DY.
func (s *Set) NormalizeSlope(dx, dy, x Matrix, mean, scale, slope, shift []float32) {
	s.elementwise("NormalizeSlope dx dy x mean scale slope shift", normalizeSlopeKernel, [8]float32{}, func(r int) {
		dx, dy := dx.Row(r), dy.Row(r)
		for c, v := range x.Row(r) {
			dx[c] = exact.FMA(mean[c]-v, slope[c], float32(dy[c]*scale[c])-shift[c])
		}
	}, dx, dx, dy, x, rowVector(mean), rowVector(scale), rowVector(slope), rowVector(shift))
}
