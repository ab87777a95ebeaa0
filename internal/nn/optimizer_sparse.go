package nn

import "dnn/internal/nn/kernel"

// fuses tells whether the kernels have a gradient and a step of Adam in one.
func (a *Adam) fuses(w *Worker) bool { return w.SparseAdam != nil }

// updateSparse takes the step of the selected rows.
func (a *Adam) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span, which kernel.Rows) {
	at := f.lo*p.Value.Stride + cols.lo
	m, v := a.m.from(p, f.lo, cols.lo), a.v.from(p, f.lo, cols.lo)
	w.SparseAdam(f.hi-f.lo, cols.hi-cols.lo, in.entriesT, in.startT[2*f.lo:], 2, in.table, dz.Data[cols.lo:], dz.Stride,
		p.Value.Data[at:], m, v, p.Value.Stride, a.step, which)
}

// fuses is false: the kernel's Adam knows no largest moment, so that updateSparse, which is Adam's, would be wrong.
func (a *AMSGrad) fuses(*Worker) bool { return false }

// fuses tells whether the optimizer does, unless the weights become their average in this step.
func (a *Average) fuses(w *Worker) bool { return !a.overwrote && fuses(a.Optimizer, w) }

// updateSparse moves the average after some rows at a time, empty or not.
func (a *Average) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block span) {
		a.Optimizer.(sparseUpdater).updateSparse(w, p, in, dz, block, cols, kernel.AllRows)
		at := block.lo*p.Value.Stride + cols.lo
		w.Lerp(block.hi-block.lo, cols.hi-cols.lo, a.average.from(p, block.lo, cols.lo), p.Value.Stride, p.Value.Data[at:], p.Value.Stride, a.now)
	})
}

// fuses tells whether the optimizer does.
func (d *weightDecay) fuses(w *Worker) bool { return fuses(d.Optimizer, w) }

// updateSparse takes the share off some rows at a time, empty or not.
func (d *weightDecay) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span, which kernel.Rows) {
	if which == kernel.EmptyRows {
		return
	}
	byBlocks(f, cols, func(block span) {
		at := block.lo*p.Value.Stride + cols.lo
		w.Decay(block.hi-block.lo, cols.hi-cols.lo, p.Value.Data[at:], p.Value.Stride, d.decay, d.rate)
		d.Optimizer.(sparseUpdater).updateSparse(w, p, in, dz, block, cols, kernel.AllRows)
	})
}

// fuses tells whether an updater computes gradients of sparse input itself.
func fuses(up Updater, w *Worker) bool {
	sparse, ok := up.(sparseUpdater)
	return ok && sparse.fuses(w)
}

// byBlocks calls update for blocks of the rows f whose weights and all that goes with them stay in the second-level cache while
// it passes over them twice: 128 KB. Smaller ones would cost more calls than they save.
func byBlocks(f, cols span, update func(block span)) {
	const elements = 8192
	step := max(elements/(cols.hi-cols.lo), 1)
	for lo := f.lo; lo < f.hi; lo += step {
		update(span{lo, min(lo+step, f.hi)})
	}
}
