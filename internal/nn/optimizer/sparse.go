package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Fuses tells whether the kernels have a gradient and a step of Adam in one.
func (a *Adam) Fuses(w *kernel.Worker) bool { return w.FusesAdam() }

// UpdateSparse takes the step of the selected rows.
func (a *Adam) UpdateSparse(w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	rows, n := f.Hi-f.Lo, cols.Hi-cols.Lo
	m, v := a.m.from(p, f.Lo, cols.Lo, rows, n), a.v.from(p, f.Lo, cols.Lo, rows, n)
	in.Adam(w, p.Value.Block(f.Lo, cols.Lo, rows, n), m, v, f, dz.Columns(cols.Lo, cols.Hi), a.step, which)
}

// Fuses tells whether the optimizer does, unless the weights become their average in this step.
func (a *Average) Fuses(w *kernel.Worker) bool { return !a.overwrote && nn.Fuses(a.Optimizer, w) }

// UpdateSparse moves the average after some rows at a time, empty or not.
func (a *Average) UpdateSparse(w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block kernel.Span) {
		a.Optimizer.(nn.SparseUpdater).UpdateSparse(w, p, in, dz, block, cols, kernel.AllRows)
		rows, n := block.Hi-block.Lo, cols.Hi-cols.Lo
		w.Lerp(a.average.from(p, block.Lo, cols.Lo, rows, n), p.Value.Block(block.Lo, cols.Lo, rows, n), a.now)
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
		w.Decay(p.Value.Block(block.Lo, cols.Lo, block.Hi-block.Lo, cols.Hi-cols.Lo), d.decay, d.rate)
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
