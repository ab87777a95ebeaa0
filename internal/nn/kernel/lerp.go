package kernel

import "dnn/internal/exact"

// Lerp moves DST towards SRC by the fraction share: DST[r, c] = fma(share, SRC[r, c]-DST[r, c], DST[r, c]).
func (s *Set) Lerp(dst, src Matrix, share float32) {
	s.elementwise("Lerp dst src", lerpKernel, [8]float32{share}, func(r int) {
		dst := dst.Row(r)
		for c, v := range src.Row(r) {
			dst[c] = exact.FMA(share, v-dst[c], dst[c])
		}
	}, dst, dst, src)
}
