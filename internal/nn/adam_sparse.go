package nn

// updateSparse is Update with the gradient of rows f of p that is x^T dz, in some columns; x is in, by features. It is false
// if the kernels cannot do both at once; then nothing was done.
func (a *Adam) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span) bool {
	if w.SparseAdam == nil {
		return false
	}
	at := f.lo*p.Value.Stride + cols.lo
	m, v := a.m.from(p, f.lo, cols.lo), a.v.from(p, f.lo, cols.lo)
	w.SparseAdam(f.hi-f.lo, cols.hi-cols.lo, in.entriesT, in.startT[2*f.lo:], 2, in.table, dz.Data[cols.lo:], dz.Stride,
		p.Value.Data[at:], m, v, p.Value.Stride, a.step)
	return true
}

// updateSparse is false: the kernel's Adam knows no largest moment.
func (a *AMSGrad) updateSparse(*Worker, *Param, *input, Matrix, span, span) bool { return false }

// updateSparse moves the average of some rows at a time, while they are in the first-level cache.
func (a *Average) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span) bool {
	inner, ok := a.Optimizer.(sparseUpdater)
	if !ok || a.overwrote {
		return false
	}
	width := cols.hi - cols.lo
	step := max(updateBlock/width, 1)
	for lo := f.lo; lo < f.hi; lo += step {
		block := span{lo, min(lo+step, f.hi)}
		if !inner.updateSparse(w, p, in, dz, block, cols) {
			return false // at the first block, if at all
		}
		weights := p.Value.Data[lo*p.Value.Stride+cols.lo:]
		w.Lerp(block.hi-lo, width, a.average.from(p, lo, cols.lo), p.Value.Stride, weights, p.Value.Stride, a.now)
	}
	return true
}
