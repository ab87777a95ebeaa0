package nn

// logits is a worker's memory for the softmax of some samples: by class, since a sample's logits are too few for vectors.
type logits struct {
	classes       Matrix    // [classes, samples]: the probabilities
	largest, sums []float32 // of each sample, as of kernel.Set.Softmax
	best          []int32
}

// take returns memory for that many samples and classes.
func (l *logits) take(samples, classes int) logits {
	if cap(l.best) < samples || l.classes.Rows < classes {
		n := max(samples, cap(l.best))
		*l = logits{newMatrix(max(classes, l.classes.Rows), n), make([]float32, n), make([]float32, n), make([]int32, n)}
	}
	return logits{l.classes, l.largest[:samples], l.sums[:samples], l.best[:samples]}
}

// softmax computes the softmax of the rows of z, one or more, and leaves z as it is.
func (w *Worker) softmax(z Matrix) logits {
	x := w.logits.take(z.Rows, z.Cols)
	w.Transpose(z.Rows, z.Cols, z.Data, z.Stride, x.classes.Data, x.classes.Stride)
	w.Softmax(z.Cols, z.Rows, x.classes.Data, x.classes.Stride, x.largest, x.sums, x.best)
	return x
}

// store writes the probabilities to the rows of y.
func (l logits) store(w *Worker, y Matrix) {
	w.Transpose(y.Cols, y.Rows, l.classes.Data, l.classes.Stride, y.Data, y.Stride)
}
