package kernel

import "dnn/internal/exact"

// Exp computes dst[i] = e^src[i] for i < len(src); dst may be src.
func (s *Set) Exp(dst, src []float32) {
	n := len(src)
	requireLength("Exp", "dst", len(dst), n)
	row := func(v []float32) Matrix { return Matrix{Rows: 1, Cols: n, Stride: n, Data: v[:n]} }
	s.elementwise("Exp dst src", exponentialKernel, [8]float32{}, func(int) {
		for i, x := range src {
			dst[i] = exact.Exp(x)
		}
	}, row(src), row(dst), row(src))
}
