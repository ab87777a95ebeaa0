package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// A Dense layer as the first of a network reads the samples: of sparse ones, only the nonzero features.

// ForwardInput computes rows r of y = activation(x kernel + bias) for the batch in.
func (d *Dense) ForwardInput(w *kernel.Worker, _ Pass, in *batch.Batch, y kernel.Matrix, r kernel.Span) {
	if !in.Sparse() {
		d.Forward(w, Pass{}, in.X.Slice(r.Lo, r.Hi), y.Slice(r.Lo, r.Hi))
		return
	}
	for i := range in.Shares() {
		d.MultiplyShare(w, in, i, y, r)
	}
	d.Activate(w, y.Slice(r.Lo, r.Hi))
}

// MultiplyShare adds the product of a share of the features: see InputLayer.
func (d *Dense) MultiplyShare(w *kernel.Worker, in *batch.Batch, i int, y kernel.Matrix, r kernel.Span) {
	in.Multiply(w, i, d.kernel.Value, y, r)
}

// UpdateIdle updates the kernel's rows of those of the features f that are zero in the whole batch: see InputLayer.
func (d *Dense) UpdateIdle(w *kernel.Worker, in *batch.Batch, f kernel.Span, up Updater) {
	if f.Lo < f.Hi && d.Fuses(w, up) {
		cols := kernel.Span{Hi: d.kernel.Value.Cols}
		up.(SparseUpdater).UpdateSparse(w, d.kernel, in, kernel.Matrix{}, f, cols, kernel.EmptyRows)
	}
}

// Fuses reports whether up computes the gradient of the kernel itself.
func (d *Dense) Fuses(w *kernel.Worker, up Updater) bool {
	return !d.regularized() && Fuses(up, w)
}

// UpdateInput computes the gradient x^T dz of rows f of the kernel, block by block: see InputLayer.
func (d *Dense) UpdateInput(w *kernel.Worker, in *batch.Batch, dz kernel.Matrix, f kernel.Span, up Updater,
	which kernel.Rows) {
	if f.Lo == f.Hi {
		return
	}
	if f.Lo == 0 {
		d.updateBias(w, dz, up)
	}
	if !in.Sparse() {
		d.updateRows(w, in.X.Slice(0, dz.Rows), dz, f, up)
		return
	}
	if d.Fuses(w, up) {
		up.(SparseUpdater).UpdateSparse(w, d.kernel, in, dz, f, kernel.Span{Hi: dz.Cols}, which)
		return
	}
	for rows, cols := range in.GradientBlocks(w.Set, f, dz.Cols) {
		if w.Stopped() {
			return
		}
		g := w.GradientBlock(rows.Hi-rows.Lo, cols.Hi-cols.Lo)
		in.Gradient(w, g, rows, dz.Columns(cols.Lo, cols.Hi))
		d.regularize(w, g, rows.Lo, cols.Lo)
		up.Update(w, d.kernel, rows.Lo, cols.Lo, g)
	}
}
