package batch

// The lists by feature, of which the gradient is made.

import (
	"iter"
	"slices"

	"dnn/internal/nn/kernel"
)

// piece is some of a batch's samples, with their lists by feature: so few, if a batch is cut at all, that their rows of dz
// stay in the first-level cache while they are multiplied by the lists of all features.
type piece struct {
	samples   kernel.Span
	byFeature kernel.Sparse // [features, batch]: sample<<8|byte
}

// featureRoom returns the number of entries that each feature has room for.
func (p *piece) featureRoom() int { return p.samples.Hi - p.samples.Lo + kernel.GatherSlack }

// mostUncut: a batch that would be cut into only so many pieces is left whole, since two cost as much as they gain
// (docs/kernels.md).
const mostUncut = 2

// cut cuts a batch of up to size samples into pieces of about so many. They have similar sizes, multiples of eight, which
// Gather takes at once.
func (in *Batch) cut(s *Samples, size, about int) {
	if (size+mostUncut-1)/mostUncut <= about {
		about = max(size, 1)
	}
	most := evenPart(size, about)
	in.bytesT = kernel.NewBytes(s.Features, most)
	for lo := 0; lo == 0 || lo < size; lo += most {
		p := piece{samples: kernel.Span{Lo: lo, Hi: min(lo+most, size)}}
		p.byFeature = newSparse(s.Features, 2, s.Features*p.featureRoom(), s.Table)
		in.pieces = append(in.pieces, p)
	}
	in.noEntries = make([]int32, 2*s.Features)
	for i := range in.noEntries {
		in.noEntries[i] = int32(i / 2 * in.pieces[0].featureRoom())
	}
}

// Pieces returns how many pieces the batch is cut into for the gradient.
func (in *Batch) Pieces() int { return len(in.pieces) }

// evenPart returns the size of similar parts of about so many of a total: a multiple of eight, of which the last part may
// have less.
func evenPart(total, about int) int {
	const unit = 8
	parts := max(1, (total+about-1)/about)
	return max((total+parts-1)/parts+unit-1, unit) / unit * unit
}

// GradientBlocks yields the features and columns of dz for which Gradient should be called at once: all blocks of the
// features f and so many columns. The gradient of one piece is best used while it is in the first-level cache. With several
// pieces, each call reads all of dz into that cache, so there should be few.
func (in *Batch) GradientBlocks(k *kernel.Set, f kernel.Span, cols int) iter.Seq2[kernel.Span, kernel.Span] {
	width, elements := k.PanelCols, kernel.BlockElements
	if len(in.pieces) > 1 {
		width = evenPart(cols, k.PanelCols) // pieces are as large as they may be, so each panel has about as many columns
		elements = 32 << 10                 // a quarter of a second-level cache of 512 KB
	}
	return func(yield func(rows, columns kernel.Span) bool) {
		for c := 0; c < cols; c += width {
			columns := kernel.Span{Lo: c, Hi: min(c+width, cols)}
			step := max(elements/(columns.Hi-columns.Lo), 1)
			for lo := f.Lo; lo < f.Hi; lo += step {
				if !yield(kernel.Span{Lo: lo, Hi: min(lo+step, f.Hi)}, columns) {
					return
				}
			}
		}
	}
}

// Gradient computes g [features f, out] = x^T dz, given dz [batch, out]. Transpose must have made the lists of f.
func (in *Batch) Gradient(w *kernel.Worker, g kernel.Matrix, f kernel.Span, dz kernel.Matrix) {
	for i := range in.filled() {
		w.SparseMul(g, in.pieces[i].byFeature.Slice(f.Lo, f.Hi), dz, i > 0)
	}
}

// filled returns the pieces that have samples.
func (in *Batch) filled() []piece {
	if in.Count == 0 {
		return in.pieces[:1]
	}
	most := in.pieces[0].samples.Hi
	return in.pieces[:(in.Count+most-1)/most]
}

// Adam takes Adam's step of p [features f, out], the rows of a kernel that belong to these features, with their moments
// m and v. It computes their gradient, x^T dz, itself, given dz [batch, out]; without dz, it can update the empty rows.
// Transpose must have made the lists of f.
func (in *Batch) Adam(
	w *kernel.Worker, p, m, v kernel.Matrix, f kernel.Span, dz kernel.Matrix, a kernel.AdamStep, which kernel.Rows,
) {
	if len(in.pieces) == 1 && w.FusesAdam() {
		w.SparseAdam(p, m, v, in.pieces[0].byFeature.Slice(f.Lo, f.Hi), dz, a, which)
		return
	}
	for rows, cols := range in.GradientBlocks(w.Set, f, p.Cols) {
		at := func(x kernel.Matrix) kernel.Matrix {
			return x.Block(rows.Lo-f.Lo, cols.Lo, rows.Hi-rows.Lo, cols.Hi-cols.Lo)
		}
		in.adam(w, at(p), at(m), at(v), rows, dz.Columns(cols.Lo, cols.Hi), a, which)
	}
}

// adam is Adam for a block of the rows.
func (in *Batch) adam(
	w *kernel.Worker, p, m, v kernel.Matrix, f kernel.Span, dz kernel.Matrix, a kernel.AdamStep, which kernel.Rows,
) {
	var g kernel.Matrix
	if which&kernel.FilledRows != 0 {
		g = w.GradientBlock(p.Rows, p.Cols)
		in.Gradient(w, g, f, dz)
	}
	for r := 0; r < p.Rows; {
		n, empty := in.run(f.Lo+r, f.Hi)
		at := func(x kernel.Matrix) kernel.Matrix { return x.Slice(r, r+n) }
		switch {
		case empty && which&kernel.EmptyRows != 0:
			w.AdamIdle(at(p), at(m), at(v), a)
		case !empty && which&kernel.FilledRows != 0:
			w.Adam(at(p), at(m), at(v), at(g), a)
		}
		r += n
	}
}

// run returns how many features from f on, and before end, are zero in all samples, as f is, or are not, as f is not.
func (in *Batch) run(f, end int) (features int, empty bool) {
	pieces := in.filled()
	isEmpty := func(f int) bool {
		for i := range pieces {
			if !pieces[i].byFeature.IsEmpty(f) {
				return false
			}
		}
		return true
	}
	empty = isEmpty(f)
	for features = 1; f+features < end && isEmpty(f+features) == empty; {
		features++
	}
	return features, empty
}

// Transpose makes the lists by feature of the features f, which must be of one share, once all samples are loaded. It
// does nothing if the batch is dense.
func (in *Batch) Transpose(k *kernel.Set, f kernel.Span) {
	if len(in.shares) == 0 || f.Lo == f.Hi {
		return
	}
	s := in.shareOf(f.Lo)
	if in.Count <= min(scatterBatch, in.pieces[0].samples.Hi) {
		in.scatter(s, f)
		return
	}
	n := f.Hi - f.Lo
	for _, p := range in.filled() {
		lo, hi := p.samples.Lo, min(p.samples.Hi, in.Count)
		columns := in.bytesT.Block(f.Lo, 0, n, hi-lo)
		k.TransposeBytes(columns, s.bytes.Block(lo, f.Lo-s.features.Lo, hi-lo, n))
		k.Gather(p.byFeature.Slice(f.Lo, f.Hi), f.Lo*p.featureRoom(), columns, uint32(lo), 0)
	}
}

// scatterBatch is the largest batch for which scatter is faster than a look at every byte (docs/kernels.md).
const scatterBatch = 8

// scatter makes the lists by feature of the features f of a share from its lists by sample.
func (in *Batch) scatter(s *share, f kernel.Span) {
	lists := &in.pieces[0].byFeature
	starts := lists.Start
	copy(starts[2*f.Lo:2*f.Hi], in.noEntries[2*f.Lo:2*f.Hi])
	for r := range in.Count {
		start := s.bySample.Start[r*s.bySample.Step:]
		entries := s.bySample.Entries[start[0]:start[s.blocks]]
		lo, _ := slices.BinarySearch(entries, uint32(f.Lo)<<8)
		hi, _ := slices.BinarySearch(entries, uint32(f.Hi)<<8)
		for _, e := range entries[lo:hi] {
			end := &starts[2*(e>>8)+1]
			lists.Entries[*end] = uint32(r)<<8 | e&0xff
			*end++
		}
	}
}
