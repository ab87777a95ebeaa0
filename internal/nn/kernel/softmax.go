package kernel

// Probabilities is a worker's memory for the softmax of some samples: by class, since a sample's logits are too few for vectors.
type Probabilities struct {
	classes       Matrix    // [classes, samples]: the probabilities
	Largest, Sums []float32 // of each sample, as of Set.Softmax
	Best          []int32
}

// take returns memory for that many samples and classes.
func (l *Probabilities) take(samples, classes int) Probabilities {
	if cap(l.Best) < samples || l.classes.Rows < classes {
		n := max(samples, cap(l.Best))
		*l = Probabilities{NewMatrix(max(classes, l.classes.Rows), n), make([]float32, n), make([]float32, n), make([]int32, n)}
	}
	return Probabilities{l.classes, l.Largest[:samples], l.Sums[:samples], l.Best[:samples]}
}

// SoftmaxRows computes the softmax of the rows of z, one or more, and leaves z as it is.
func (w *Worker) SoftmaxRows(z Matrix) Probabilities {
	x := w.logits.take(z.Rows, z.Cols)
	w.Transpose(z.Rows, z.Cols, z.Data, z.Stride, x.classes.Data, x.classes.Stride)
	w.Set.Softmax(z.Cols, z.Rows, x.classes.Data, x.classes.Stride, x.Largest, x.Sums, x.Best)
	return x
}

// Store writes the probabilities to the rows of y.
func (l Probabilities) Store(w *Worker, y Matrix) {
	w.Transpose(y.Cols, y.Rows, l.classes.Data, l.classes.Stride, y.Data, y.Stride)
}
