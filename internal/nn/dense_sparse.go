package nn

// A Dense layer that reads the samples themselves can be split by columns of its kernel, so that each worker keeps a panel
// of weights and moments in its own cache from step to step, and can visit the nonzero inputs only.

// panelColumns is the width of the widest panel: eight 512-bit registers of sums.
const panelColumns = 128

// panels returns how many panels the kernel's columns are split into for that many workers: as few as fit into registers,
// and enough for each worker to have one, but none narrower than a cache line. An activation that needs whole rows allows
// no more than one.
func (d *Dense) panels(workers int) int {
	const line = 16
	units := d.spec.Units
	if d.activation.wholeRows {
		return 1
	}
	n := (units + panelColumns - 1) / panelColumns
	n = (n + workers - 1) / workers * workers
	return max(1, min(n, units/line))
}

// panel returns the columns of the i-th of n panels.
func (d *Dense) panel(i, n int) span { return part(i, n, d.spec.Units, 16) }

// forwardInput computes columns c of rows r of y = activation(x kernel + bias) for the batch in.
func (d *Dense) forwardInput(w *Worker, in *input, y Matrix, r, c span) {
	y = columns(rows(y, r.lo, r.hi), c.lo, c.hi)
	if y.Rows == 0 || y.Cols == 0 {
		return
	}
	k := d.kernel.Value
	if in.sparse {
		// Block by block of features, so that the rows of the kernel in use stay in the first-level cache.
		for b := range in.blocks {
			start := in.start[r.lo*(in.blocks+1)+b:]
			w.SparseMul(y.Rows, y.Cols, in.entries, start, in.blocks+1, in.table, k.Data[c.lo:], k.Stride, y.Data, y.Stride, b > 0)
		}
	} else {
		x := rows(in.x, r.lo, r.hi)
		w.Gemm(&w.scratch, x.Rows, y.Cols, x.Cols, operand(x), operand(columns(k, c.lo, c.hi)), y.Data, y.Stride, false)
	}
	d.activate(w, y, c.lo)
}

// updateInput computes the gradient of rows f (features) and columns c of the kernel, x^T dz, from the whole batch, and
// hands it to up block by block.
func (d *Dense) updateInput(w *Worker, in *input, dz Matrix, f, c span, up Updater) {
	if c.hi == c.lo || f.hi == f.lo {
		return
	}
	if f.lo == 0 {
		d.updateBias(w, dz, c, up)
	}
	cols := c.hi - c.lo
	step := max(updateBlock/cols/w.TileRows, 1) * w.TileRows
	for lo := f.lo; lo < f.hi; lo += step {
		hi := min(lo+step, f.hi)
		g := w.gradientBlock(hi-lo, cols)
		if in.sparse {
			w.SparseMul(hi-lo, cols, in.entriesT, in.startT[2*lo:], 2, in.table, dz.Data[c.lo:], dz.Stride, g.Data, g.Stride, false)
		} else {
			x := columns(rows(in.x, 0, dz.Rows), lo, hi)
			w.Gemm(&w.scratch, hi-lo, cols, dz.Rows, transposed(x), operand(columns(dz, c.lo, c.hi)), g.Data, g.Stride, false)
		}
		d.regularize(g, lo, c.lo)
		up.Update(w, d.kernel, lo, c.lo, g)
	}
}
