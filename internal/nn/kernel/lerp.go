package kernel

import "dnn/internal/exact"

// Lerp moves DST towards SRC by the fraction share: DST[r, c] = fma(share, SRC[r, c]-DST[r, c], DST[r, c]).
func (s *Set) Lerp(dst, src Matrix, share float32) {
	require("Lerp", "dst", dst.shape(), dst.Rows, dst.Cols)
	require("Lerp", "src", src.shape(), dst.Rows, dst.Cols)
	if s.elementwise(lerpKernel, dst.Rows, dst.Cols, [8]float32{share}, dst, src) {
		return
	}
	for r := range dst.Rows {
		row := dst.Row(r)
		for c, v := range src.Row(r) {
			row[c] = exact.FMA(share, v-row[c], row[c])
		}
	}
}
