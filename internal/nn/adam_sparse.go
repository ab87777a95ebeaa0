package nn

// updateSparse is Update with the gradient of rows f of p that is x^T dz, in some columns; x is in, by features. It is false
// if the kernels cannot do both at once; then nothing was done.
func (a *Adam) updateSparse(w *Worker, p *Param, in *input, dz Matrix, f, cols span) bool {
	if w.SparseAdam == nil {
		return false
	}
	at := f.lo*p.Value.Stride + cols.lo
	m, v := a.m[p.index].Data[at:], a.v[p.index].Data[at:]
	w.SparseAdam(f.hi-f.lo, cols.hi-cols.lo, in.entriesT, in.startT[2*f.lo:], 2, in.table, dz.Data[cols.lo:], dz.Stride,
		p.Value.Data[at:], m, v, p.Value.Stride, a.step)
	return true
}
