package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Fuses reports whether there is a kernel that computes a gradient and takes Adam's step with it.
func (a *Adam) Fuses(w *kernel.Worker) bool { return w.FusesAdam() }

// UpdateSparse takes the step of the selected rows.
func (a *Adam) UpdateSparse(
	w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows,
) {
	rows, n := f.Hi-f.Lo, cols.Hi-cols.Lo
	m, v := a.m.block(p, f.Lo, cols.Lo, rows, n), a.v.block(p, f.Lo, cols.Lo, rows, n)
	in.Adam(w, p.Value.Block(f.Lo, cols.Lo, rows, n), m, v, f, dz.Columns(cols.Lo, cols.Hi), a.step, which)
}

// Fuses reports whether the wrapped optimizer does, except in a step in which the weights become their average.
func (a *Average) Fuses(w *kernel.Worker) bool { return !a.overwriteNow && nn.Fuses(a.Optimizer, w) }

// UpdateSparse updates a block of rows after the other, and its average. It does nothing when it is called for the
// empty rows, and all rows when it is called for the filled ones.
func (a *Average) UpdateSparse(
	w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows,
) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(w, in, f, cols, func(block, cols kernel.Span) {
		a.Optimizer.(nn.SparseUpdater).UpdateSparse(w, p, in, dz, block, cols, kernel.AllRows)
		rows, n := block.Hi-block.Lo, cols.Hi-cols.Lo
		average, weights := a.average.block(p, block.Lo, cols.Lo, rows, n), p.Value.Block(block.Lo, cols.Lo, rows, n)
		w.Lerp(average, weights, a.weightNow)
	})
}

// Fuses reports whether the wrapped optimizer does.
func (d *weightDecay) Fuses(w *kernel.Worker) bool { return nn.Fuses(d.Optimizer, w) }

// UpdateSparse decays a block of rows after the other, and updates it. It does nothing when it is called for the empty
// rows, and all rows when it is called for the filled ones.
func (d *weightDecay) UpdateSparse(
	w *kernel.Worker, p *nn.Param, in *batch.Batch, dz kernel.Matrix, f, cols kernel.Span, which kernel.Rows,
) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(w, in, f, cols, func(block, cols kernel.Span) {
		w.Decay(p.Value.Block(block.Lo, cols.Lo, block.Hi-block.Lo, cols.Hi-cols.Lo), d.decay, d.rate)
		d.Optimizer.(nn.SparseUpdater).UpdateSparse(w, p, in, dz, block, cols, kernel.AllRows)
	})
}

// byBlocks calls update for blocks of the rows f and the columns cols. update passes over a block twice, so a block, with
// its moments and its average, is small enough to stay in the second-level cache: 128 KB. Smaller blocks would cost more
// calls than they save. Those of a batch in pieces are as large as a gradient had better be.
func byBlocks(w *kernel.Worker, in *batch.Batch, f, cols kernel.Span, update func(block, cols kernel.Span)) {
	width := cols.Hi - cols.Lo
	if in.Pieces() > 1 {
		for block, c := range in.GradientBlocks(w.Set, f, width) {
			update(block, kernel.Span{Lo: cols.Lo + c.Lo, Hi: cols.Lo + c.Hi})
		}
		return
	}
	const elements = 8192
	step := max(elements/width, 1)
	for lo := f.Lo; lo < f.Hi; lo += step {
		update(kernel.Span{Lo: lo, Hi: min(lo+step, f.Hi)}, cols)
	}
}
