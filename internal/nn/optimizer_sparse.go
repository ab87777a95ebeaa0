package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// fuses tells whether the kernels have a gradient and a step of Adam in one.
func (a *Adam) fuses(w *kernel.Worker) bool { return w.SparseAdam != nil }

// updateSparse takes the step of the selected rows.
func (a *Adam) updateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	at := f.Lo*p.Value.Stride + cols.Lo
	m, v := a.m.from(p, f.Lo, cols.Lo), a.v.from(p, f.Lo, cols.Lo)
	in.Adam(w, f, cols, dz, p.Value.Data[at:], m, v, p.Value.Stride, a.step, which)
}

// fuses is false: the kernel's Adam knows no largest moment, so that updateSparse, which is Adam's, would be wrong.
func (a *AMSGrad) fuses(*kernel.Worker) bool { return false }

// fuses tells whether the optimizer does, unless the weights become their average in this step.
func (a *Average) fuses(w *kernel.Worker) bool { return !a.overwrote && fuses(a.Optimizer, w) }

// updateSparse moves the average after some rows at a time, empty or not.
func (a *Average) updateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block kernel.Span) {
		a.Optimizer.(sparseUpdater).updateSparse(w, p, in, dz, block, cols, kernel.AllRows)
		at := block.Lo*p.Value.Stride + cols.Lo
		w.Lerp(block.Hi-block.Lo, cols.Hi-cols.Lo, a.average.from(p, block.Lo, cols.Lo), p.Value.Stride, p.Value.Data[at:], p.Value.Stride, a.now)
	})
}

// fuses tells whether the optimizer does.
func (d *weightDecay) fuses(w *kernel.Worker) bool { return fuses(d.Optimizer, w) }

// updateSparse takes the share off some rows at a time, empty or not.
func (d *weightDecay) updateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block kernel.Span) {
		at := block.Lo*p.Value.Stride + cols.Lo
		w.Decay(block.Hi-block.Lo, cols.Hi-cols.Lo, p.Value.Data[at:], p.Value.Stride, d.decay, d.rate)
		d.Optimizer.(sparseUpdater).updateSparse(w, p, in, dz, block, cols, kernel.AllRows)
	})
}

// byBlocks calls update for blocks of the rows f whose weights and all that goes with them stay in the second-level cache while
// it passes over them twice: 128 KB. Smaller ones would cost more calls than they save.
func byBlocks(f, cols kernel.Span, update func(block kernel.Span)) {
	const elements = 8192
	step := max(elements/(cols.Hi-cols.Lo), 1)
	for lo := f.Lo; lo < f.Hi; lo += step {
		update(kernel.Span{Lo: lo, Hi: min(lo+step, f.Hi)})
	}
}
