package kernel

import (
	"math"
	"unsafe"

	"dnn/internal/exact"
)

// Residual computes D = (Y - target) scale, the gradient of many losses where all outputs have the same target. Every
// operation rounds.
func (s *Set) Residual(d, y Matrix, target, scale float32) {
	requireAll("Residual", d.Rows, d.Cols, d, y)
	if s.elementwise(residualKernel, d.Rows, d.Cols, [8]float32{target, scale}, d, y) {
		return
	}
	for r := range d.Rows {
		d := d.Row(r)
		for c, v := range y.Row(r) {
			d[c] = (v - target) * scale
		}
	}
}

// dropped is the bits of -0, by which the output of dropout marks an element that was dropped. An element that was kept
// is never -0.
const dropped = 1 << 31

// Dropout computes Y = X scale, and -0 where the element of bits, a random number, is less than threshold. Kept
// elements that are -0 become +0. bits has 32 random bits for each element, row by row.
func (s *Set) Dropout(y, x Matrix, bits []uint32, threshold uint32, scale float32) {
	requireAll("Dropout", x.Rows, x.Cols, y, x)
	requireLength("Dropout", "bits", len(bits), x.Rows*x.Cols)
	if threshold > 0 && len(bits) > 0 {
		data := unsafe.Slice((*float32)(unsafe.Pointer(&bits[0])), len(bits))
		random := Matrix{Rows: x.Rows, Cols: x.Cols, Stride: x.Cols, Data: data}
		scalars := [8]float32{scale, math.Float32frombits(threshold - 1)}
		if s.elementwise(dropoutKernel, x.Rows, x.Cols, scalars, y, x, random) {
			return
		}
	}
	for r := range x.Rows {
		y, bits := y.Row(r), bits[r*x.Cols:]
		for c, v := range x.Row(r) {
			if bits[c] < threshold {
				y[c] = math.Float32frombits(dropped)
			} else {
				y[c] = float32(v*scale) + 0
			}
		}
	}
}

// DropoutSlope computes DX = DY scale, and +0 where Y, the output of Dropout, was dropped. DX may be DY.
func (s *Set) DropoutSlope(dx, dy, y Matrix, scale float32) {
	requireAll("DropoutSlope", dx.Rows, dx.Cols, dx, dy, y)
	if s.elementwise(dropoutSlopeKernel, dx.Rows, dx.Cols, [8]float32{scale}, dx, dy, y) {
		return
	}
	for r := range dx.Rows {
		dx, dy := dx.Row(r), dy.Row(r)
		for c, v := range y.Row(r) {
			dx[c] = dy[c] * scale
			if math.Float32bits(v) == dropped {
				dx[c] = 0
			}
		}
	}
}

// SquareSums computes dst[c], the sum of (X[r, c] - mean[c])^2 over the rows in ascending r, starting from +0.
func (s *Set) SquareSums(dst []float32, x Matrix, mean []float32) {
	requireAll("SquareSums", x.Rows, x.Cols, x)
	requireLength("SquareSums", "dst", len(dst), x.Cols)
	requireLength("SquareSums", "mean", len(mean), x.Cols)
	if x.Rows > 0 && s.elementwise(squareSumsKernel, x.Rows, x.Cols, [8]float32{}, rowVector(dst), x, rowVector(mean)) {
		return
	}
	clear(dst[:x.Cols])
	for r := range x.Rows {
		for c, v := range x.Row(r) {
			d := v - mean[c]
			dst[c] += float32(d * d)
		}
	}
}

// Normalize computes Y[r, c] = (X[r, c] - mean[c]) scale[c] + shift[c]. Every operation rounds.
func (s *Set) Normalize(y, x Matrix, mean, scale, shift []float32) {
	requireAll("Normalize", x.Rows, x.Cols, y, x)
	if s.elementwise(normalizeKernel, x.Rows, x.Cols, [8]float32{}, y, x, rowVector(mean[:x.Cols]),
		rowVector(scale[:x.Cols]), rowVector(shift[:x.Cols])) {
		return
	}
	for r := range x.Rows {
		y := y.Row(r)
		for c, v := range x.Row(r) {
			y[c] = float32((v-mean[c])*scale[c]) + shift[c]
		}
	}
}

// NormalizeSums computes, with h = (X[r, c] - mean[c]) inverse[c], the sums over the rows of DY h and of DY in ascending
// r, starting from +0: the gradients of batch normalization's gamma and beta. Every operation rounds.
func (s *Set) NormalizeSums(dgamma, dbeta []float32, x, dy Matrix, mean, inverse []float32) {
	requireAll("NormalizeSums", x.Rows, x.Cols, x, dy)
	n := x.Cols
	if x.Rows > 0 && s.elementwise(normalizeSumsKernel, x.Rows, n, [8]float32{}, rowVector(dgamma[:n]),
		rowVector(dbeta[:n]), x, dy, rowVector(mean[:n]), rowVector(inverse[:n])) {
		return
	}
	clear(dgamma[:n])
	clear(dbeta[:n])
	for r := range x.Rows {
		dy := dy.Row(r)
		for c, v := range x.Row(r) {
			h := (v - mean[c]) * inverse[c]
			dgamma[c] += float32(dy[c] * h)
			dbeta[c] += dy[c]
		}
	}
}

// NormalizeSlope computes DX[r, c] = DY[r, c] scale[c] - shift[c] - (X[r, c] - mean[c]) slope[c]; the last product is
// fused with the subtraction. DX may be DY.
func (s *Set) NormalizeSlope(dx, dy, x Matrix, mean, scale, slope, shift []float32) {
	requireAll("NormalizeSlope", dx.Rows, dx.Cols, dx, dy, x)
	n := dx.Cols
	if s.elementwise(normalizeSlopeKernel, dx.Rows, n, [8]float32{}, dx, dy, x, rowVector(mean[:n]),
		rowVector(scale[:n]), rowVector(slope[:n]), rowVector(shift[:n])) {
		return
	}
	for r := range dx.Rows {
		dx, dy := dx.Row(r), dy.Row(r)
		for c, v := range x.Row(r) {
			dx[c] = exact.FMA(mean[c]-v, slope[c], float32(dy[c]*scale[c])-shift[c])
		}
	}
}
