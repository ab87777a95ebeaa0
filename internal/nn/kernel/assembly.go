//go:build amd64 || arm64

package kernel

// Assembly takes the numbers and slices of its operands one by one. These functions return a Set's, given one of those that are alike
// on all processors; the others are written where the processor's set is.

func biasBy(f func(rows, cols int, y []float32, ldy int, bias []float32)) func(y Matrix, bias []float32) {
	return func(y Matrix, bias []float32) { f(y.Rows, y.Cols, y.Data, y.Stride, bias) }
}

func columnSumsBy(f func(rows, cols int, x []float32, ldx int, dst []float32)) func(dst []float32, x Matrix) {
	return func(dst []float32, x Matrix) { f(x.Rows, x.Cols, x.Data, x.Stride, dst) }
}

func reluGradBy(f func(rows, cols int, y []float32, ldy int, d []float32, ldd int)) func(d, y Matrix) {
	return func(d, y Matrix) { f(y.Rows, y.Cols, y.Data, y.Stride, d.Data, d.Stride) }
}

// towardBy returns those of SGD and Lerp.
func towardBy(f func(rows, cols int, p []float32, ldp int, g []float32, ldg int, by float32)) func(p, g Matrix, by float32) {
	return func(p, g Matrix, by float32) { f(p.Rows, p.Cols, p.Data, p.Stride, g.Data, g.Stride, by) }
}
