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
	require("BiasRelu", "y", y.shape(), y.Rows, y.Cols)
	requireLength("BiasRelu", "bias", len(bias), y.Cols)
	if s.elementwise(biasReluKernel, y.Rows, y.Cols, [8]float32{}, y, rowVector(bias)) {
		return
	}
	for r := range y.Rows {
		row := y.Row(r)
		for c, b := range bias[:len(row)] {
			row[c] = Relu(row[c] + b)
		}
	}
}

// ReluGrad computes D[r, c] = +0 unless Y[r, c] > 0: the gradient of relu, given its output Y.
func (s *Set) ReluGrad(d, y Matrix) {
	require("ReluGrad", "d", d.shape(), d.Rows, d.Cols)
	require("ReluGrad", "y", y.shape(), d.Rows, d.Cols)
	if s.elementwise(reluGradKernel, d.Rows, d.Cols, [8]float32{}, d, y) {
		return
	}
	for r := range d.Rows {
		grad := d.Row(r)
		for c, v := range y.Row(r) {
			if !(v > 0) {
				grad[c] = 0
			}
		}
	}
}
