package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// What a Dense layer does differently where it reads the samples themselves: it visits the nonzero inputs only.

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

// MultiplyShare adds the product of the i-th share of the features and their rows of the kernel to rows r of y; the first
// share sets them.
func (d *Dense) MultiplyShare(w *kernel.Worker, in *batch.Batch, i int, y kernel.Matrix, r kernel.Span) {
	in.Multiply(w, i, d.kernel.Value, y, r)
}

// UpdateIdle updates those of the rows f of the kernel that have a gradient of zeros, since their features are zero in the whole batch,
// if up computes gradients itself; else UpdateInput updates them with the others.
func (d *Dense) UpdateIdle(w *kernel.Worker, in *batch.Batch, f kernel.Span, up Updater) {
	if f.Lo < f.Hi && d.Fuses(w, up) {
		up.(SparseUpdater).UpdateSparse(w, d.kernel, in, kernel.Matrix{}, f, kernel.Span{Lo: 0, Hi: d.kernel.Value.Cols}, kernel.EmptyRows)
	}
}

// Fuses tells whether up computes the gradient of the kernel itself.
func (d *Dense) Fuses(w *kernel.Worker, up Updater) bool {
	return d.spec.L1 == 0 && d.spec.L2 == 0 && Fuses(up, w)
}

// UpdateInput computes the gradient of rows f (features) of the kernel, x^T dz, from the whole batch, and hands it to up
// block by block. The lists of these features must have been made. which are AllRows, or FilledRows if
// UpdateIdle is called as well.
func (d *Dense) UpdateInput(w *kernel.Worker, in *batch.Batch, dz kernel.Matrix, f kernel.Span, up Updater, which kernel.Rows) {
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
		up.(SparseUpdater).UpdateSparse(w, d.kernel, in, dz, f, kernel.Span{Lo: 0, Hi: dz.Cols}, which)
		return
	}
	for c := 0; c < dz.Cols; c += w.PanelCols {
		cols := min(w.PanelCols, dz.Cols-c)
		step, part := max(kernel.BlockElements/cols, 1), dz.Columns(c, c+cols)
		for lo := f.Lo; lo < f.Hi && !w.Stopped(); lo += step {
			hi := min(lo+step, f.Hi)
			g := w.GradientBlock(hi-lo, cols)
			in.Gradient(w, g, kernel.Span{Lo: lo, Hi: hi}, part)
			d.regularize(g, lo, c)
			up.Update(w, d.kernel, lo, c, g)
		}
	}
}
