package kernel

import "math"

// Softmax replaces the columns of Z[rows, cols] by their softmax. largest[c] becomes the largest element of column c,
// best[c] the first row that has it, and sums[c] the sum of e^(Z[r, c] - largest[c]) in ascending r, starting from +0.
// Then Z[r, c] = e^(Z[r, c] - largest[c]) / sums[c]. NaN is smaller than any number; a column of NaN has its largest in
// row 0.
func (s *Set) Softmax(z Matrix, largest, sums []float32, best []int32) {
	require("Softmax", "z", z.shape(), z.Rows, z.Cols)
	requireLength("Softmax", "largest", len(largest), z.Cols)
	requireLength("Softmax", "sums", len(sums), z.Cols)
	requireLength("Softmax", "best", len(best), z.Cols)
	if z.Rows > 0 && z.Cols > 0 {
		if s.softmax == nil {
			s.softmaxByRows(z, largest, sums, best)
			return
		}
		s.softmax(z, largest, sums, best)
	}
}

// softmaxByRows is Softmax made of Exp.
func (s *Set) softmaxByRows(z Matrix, largest, sums []float32, best []int32) {
	largest, sums, best = largest[:z.Cols], sums[:z.Cols], best[:z.Cols]
	for c := range largest {
		largest[c], sums[c], best[c] = float32(math.NaN()), 0, 0
	}
	for r := range z.Rows {
		for c, v := range z.Row(r) {
			if v == v && !(v <= largest[c]) {
				largest[c], best[c] = v, int32(r)
			}
		}
	}
	for r := range z.Rows {
		row := z.Row(r)
		for c := range row {
			row[c] -= largest[c]
		}
		s.Exp(row, row)
		for c, e := range row {
			sums[c] += e
		}
	}
	for r := range z.Rows {
		row := z.Row(r)
		for c := range row {
			row[c] /= sums[c]
		}
	}
}

// Probabilities is a worker's memory for the softmax of some samples. It has a row for each class, since one sample has
// too few logits to fill vectors.
type Probabilities struct {
	classes       Matrix    // [classes, samples]: the probabilities
	Largest, Sums []float32 // of each sample, as Set.Softmax computes them
	Best          []int32
}

// take returns memory for that many samples and classes, and grows l if it is too small.
func (l *Probabilities) take(samples, classes int) Probabilities {
	if cap(l.Best) < samples || l.classes.Rows < classes {
		n := max(samples, cap(l.Best))
		memory := NewMatrix(max(classes, l.classes.Rows), n)
		*l = Probabilities{memory, make([]float32, n), make([]float32, n), make([]int32, n)}
	}
	block := l.classes.Block(0, 0, classes, samples)
	return Probabilities{block, l.Largest[:samples], l.Sums[:samples], l.Best[:samples]}
}

// SoftmaxRows computes the softmax of the rows of z, one or more, and leaves z as it is.
func (w *Worker) SoftmaxRows(z Matrix) Probabilities {
	x := w.logits.take(z.Rows, z.Cols)
	w.Transpose(x.classes, z)
	w.Softmax(x.classes, x.Largest, x.Sums, x.Best)
	return x
}

// Store writes the probabilities to the rows of y.
func (l Probabilities) Store(w *Worker, y Matrix) { w.Transpose(y, l.classes) }
