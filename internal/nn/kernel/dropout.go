package kernel

import (
	"math"
	"unsafe"
)

// dropped is the bits of -0, by which the output of dropout marks an element that was dropped. An element that was kept
// is never -0.
const dropped = 1 << 31

// Dropout computes Y = X scale, and -0 where the element of bits, a random number, is less than threshold. Kept
// elements that are -0 become +0. bits has 32 random bits for each element, row by row.
func (s *Set) Dropout(y, x Matrix, bits []uint32, threshold uint32, scale float32) {
	requireLength("Dropout", "bits", len(bits), x.Rows*x.Cols)
	random := Matrix{Rows: x.Rows, Cols: x.Cols, Stride: x.Cols}
	if len(bits) > 0 {
		random.Data = unsafe.Slice((*float32)(unsafe.Pointer(&bits[0])), len(bits))
	}
	scalars := [8]float32{scale, math.Float32frombits(threshold)}
	s.elementwise("Dropout y x bits", dropoutKernel, scalars, func(r int) {
		y, bits := y.Row(r), bits[r*x.Cols:]
		for c, v := range x.Row(r) {
			if bits[c] < threshold {
				y[c] = math.Float32frombits(dropped)
			} else {
				y[c] = float32(v*scale) + 0
			}
		}
	}, x, y, x, random)
}

// DropoutSlope computes DX = DY scale, and +0 where Y, the output of Dropout, was dropped. DX may be DY.
func (s *Set) DropoutSlope(dx, dy, y Matrix, scale float32) {
	s.elementwise("DropoutSlope dx dy y", dropoutSlopeKernel, [8]float32{scale}, func(r int) {
		dx, dy := dx.Row(r), dy.Row(r)
		for c, v := range y.Row(r) {
			dx[c] = dy[c] * scale
			if math.Float32bits(v) == dropped {
				dx[c] = 0
			}
		}
	}, dx, dx, dy, y)
}
