package kernel

import (
	"dnn/internal/exact"
	"dnn/internal/nn/activation"
)

// NewLeakyRelu returns activation.LeakyRelu with its kernels.
func NewLeakyRelu(slope float32) Activation {
	return Activation{activation.LeakyRelu(slope), leakyUnitKernel, leakyUnitSlopeKernel, [8]float32{slope}}
}

// AlphaUnit computes Y = X where X is not below 0, else alpha (e^X - 1). Y may be X.
func (s *Set) AlphaUnit(y, x Matrix, alpha float32) {
	s.elementwise("AlphaUnit y x", alphaUnitKernel, [8]float32{alpha}, func(r int) {
		y := y.Row(r)
		for c, v := range x.Row(r) {
			if v < 0 {
				v = alpha * exact.Expm1(v)
			}
			y[c] = v
		}
	}, y, y, x)
}

// AlphaUnitSlope computes DX = DY where X > 0, else (Y + alpha) DY, with Y the output of AlphaUnit. DX may be DY.
func (s *Set) AlphaUnitSlope(dx, dy, x, y Matrix, alpha float32) {
	s.elementwise("AlphaUnitSlope dx dy x y", alphaUnitSlopeKernel, [8]float32{alpha}, func(r int) {
		dx, dy, y := dx.Row(r), dy.Row(r), y.Row(r)
		for c, v := range x.Row(r) {
			f := y[c] + alpha
			if v > 0 {
				f = 1
			}
			dx[c] = dy[c] * f
		}
	}, dx, dx, dy, x, y)
}
