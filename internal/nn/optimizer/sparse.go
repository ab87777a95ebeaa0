package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Fuses tells whether the kernels have a gradient and a step of Adam in one.
func (a *Adam) Fuses(w *kernel.Worker) bool { return w.SparseAdam != nil }

// UpdateSparse takes the step of the selected rows.
func (a *Adam) UpdateSparse(w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	at := f.Lo*p.Value.Stride + cols.Lo
	m, v := a.m.from(p, f.Lo, cols.Lo), a.v.from(p, f.Lo, cols.Lo)
	in.Adam(w, f, cols, dz, p.Value.Data[at:], m, v, p.Value.Stride, a.step, which)
}

// Fuses is false: the kernel's Adam knows no largest moment, so that UpdateSparse, which is Adam's, would be wrong.
func (a *AMSGrad) Fuses(*kernel.Worker) bool { return false }

// Fuses tells whether the optimizer does, unless the weights become their average in this step.
func (a *Average) Fuses(w *kernel.Worker) bool { return !a.overwrote && nn.Fuses(a.Optimizer, w) }

// UpdateSparse moves the average after some rows at a time, empty or not.
func (a *Average) UpdateSparse(w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block kernel.Span) {
		a.Optimizer.(nn.SparseUpdater).UpdateSparse(w, p, in, dz, block, cols, kernel.AllRows)
		at := block.Lo*p.Value.Stride + cols.Lo
		w.Lerp(block.Hi-block.Lo, cols.Hi-cols.Lo, a.average.from(p, block.Lo, cols.Lo), p.Value.Stride, p.Value.Data[at:], p.Value.Stride, a.now)
	})
}

// Fuses tells whether the optimizer does.
func (d *weightDecay) Fuses(w *kernel.Worker) bool { return nn.Fuses(d.Optimizer, w) }

// UpdateSparse takes the share off some rows at a time, empty or not.
func (d *weightDecay) UpdateSparse(w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block kernel.Span) {
		at := block.Lo*p.Value.Stride + cols.Lo
		w.Decay(block.Hi-block.Lo, cols.Hi-cols.Lo, p.Value.Data[at:], p.Value.Stride, d.decay, d.rate)
		d.Optimizer.(nn.SparseUpdater).UpdateSparse(w, p, in, dz, block, cols, kernel.AllRows)
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
