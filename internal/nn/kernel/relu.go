package kernel

// Relu returns +0 for x < 0, and otherwise x, which may be NaN.
func Relu(x float32) float32 {
	if x < 0 {
		return 0
	}
	return x
}

// BiasRelu computes Y[r, c] = relu(Y[r, c] + bias[c]).
func (s *Set) BiasRelu(y Matrix, bias []float32) {
	s.elementwise("BiasRelu y bias", biasReluKernel, [8]float32{}, func(r int) {
		y := y.Row(r)
		for c, b := range bias[:len(y)] {
			y[c] = Relu(y[c] + b)
		}
	}, y, y, rowVector(bias))
}

// ReluGrad computes D[r, c] = +0 unless Y[r, c] > 0: the gradient of relu, given its output Y.
func (s *Set) ReluGrad(d, y Matrix) {
	s.elementwise("ReluGrad d y", reluGradKernel, [8]float32{}, func(r int) {
		d := d.Row(r)
		for c, v := range y.Row(r) {
			if !(v > 0) {
				d[c] = 0
			}
		}
	}, d, d, y)
}
