package nn

import (
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// fuses tells whether the kernels have a gradient and a step of Adam in one.
func (a *Adam) fuses(w *kernel.Worker) bool { return w.FusesAdam() }

// updateSparse takes the step of the selected rows.
func (a *Adam) updateSparse(w *kernel.Worker, p *Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	rows, n := f.Hi-f.Lo, cols.Hi-cols.Lo
	m, v := a.m.from(p, f.Lo, cols.Lo, rows, n), a.v.from(p, f.Lo, cols.Lo, rows, n)
	in.Adam(w, p.Value.Block(f.Lo, cols.Lo, rows, n), m, v, f, dz.Columns(cols.Lo, cols.Hi), a.step, which)
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
		rows, n := block.Hi-block.Lo, cols.Hi-cols.Lo
		w.Lerp(a.average.from(p, block.Lo, cols.Lo, rows, n), p.Value.Block(block.Lo, cols.Lo, rows, n), a.now)
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
		w.Decay(p.Value.Block(block.Lo, cols.Lo, block.Hi-block.Lo, cols.Hi-cols.Lo), d.decay, d.rate)
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
