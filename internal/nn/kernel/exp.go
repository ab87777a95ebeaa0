package kernel

import "dnn/internal/exact"

// Exp computes dst[i] = e^src[i] for i < len(src); dst may be src.
func (s *Set) Exp(dst, src []float32) {
	requireLength("Exp", "dst", len(dst), len(src))
	s.exp(dst, src)
}

func exp(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = exact.Exp(x)
	}
}
