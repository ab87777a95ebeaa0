package batch

import (
	"slices"

	"dnn/internal/nn/kernel"
)

// featureBlock is how many features the sparse product passes over at a time, at most: as many rows of a panel of the
// kernel as fit into the first-level cache beside a batch's entries.
const featureBlock = 112

// Batch is a batch on its way into the network. Either as the matrix x, or, where most features are zero, as lists of
// the nonzero ones: by sample for the forward product and by feature for the gradient. Both give the same results, to
// the bit.
type Batch struct {
	Count  int // samples in the batch
	Labels []uint8

	X kernel.Matrix // [batch, features]; dense only

	shares    []share       // of the features, in their order; none for a dense input
	bytesT    kernel.Bytes  // [features, batch]
	byFeature kernel.Sparse // [features, batch]: sample<<8|byte
	emptyT    []int32       // byFeature's starts of no entries
	roomT     int           // entries set aside for each feature

	transform Transform // alters the bytes of samples; may be nil
	packed    *Packed   // the samples; nil: they are loaded as they are
}

// share is some of the features of a sparse batch. In training each worker has one, and with it the rows of the first
// layer's kernel that belong to these features: it alone reads and writes them, so that they stay in its cache.
type share struct {
	features  kernel.Span
	width     int           // of a block of features; the last block may be shorter
	blocks    int           // into which the features are cut, at least 1
	first     int           // blocks of the shares before
	bytes     kernel.Bytes  // [batch, features]; for training only
	bySample  kernel.Sparse // [batch, features]: feature<<8|byte; starts at each block of features, then the end
	roomOfRow int           // entries set aside for each sample
}

// New returns a batch of up to size samples like the given ones, dense if there are no shares of the features. The
// lists by feature are made only if the batch is to be trained on.
func New(s *Samples, size int, shares []kernel.Span, train bool) *Batch {
	in := &Batch{Labels: make([]uint8, size)}
	if len(shares) == 0 {
		in.X = kernel.NewMatrix(size, s.Features)
		return in
	}
	first := 0
	for _, features := range shares {
		s := newShare(features, size, train, s.Table)
		s.first = first
		first += s.blocks
		in.shares = append(in.shares, s)
	}
	if train {
		in.roomT = size + kernel.GatherSlack
		in.bytesT = kernel.NewBytes(s.Features, size)
		in.byFeature = newSparse(s.Features, 2, s.Features*in.roomT, s.Table)
		in.emptyT = make([]int32, 2*s.Features)
		for i := range in.emptyT {
			in.emptyT[i] = int32(i / 2 * in.roomT)
		}
	}
	return in
}

func newShare(features kernel.Span, size int, train bool, table *[256]float32) share {
	n := features.Hi - features.Lo
	s := share{features: features, blocks: max(1, (n+featureBlock-1)/featureBlock)}
	s.width = max(1, (n+s.blocks-1)/s.blocks)
	s.roomOfRow = n + kernel.GatherSlack
	s.bySample = newSparse(size, s.blocks+1, size*s.roomOfRow, table)
	if train {
		s.bytes = kernel.NewBytes(size, n)
	}
	return s
}

func newSparse(rows, step, entries int, table *[256]float32) kernel.Sparse {
	return kernel.Sparse{
		Rows: rows, Entries: make([]uint32, entries), Start: make([]int32, rows*step), Step: step, Table: table,
	}
}

// Load puts the samples order[lo:hi] into rows lo to hi of the batch: of a sparse one, those shares of them.
func (in *Batch) Load(w *kernel.Worker, s *Samples, order []int32, rows, shares kernel.Span) {
	if shares.Lo == 0 && s.Labels != nil {
		for r := rows.Lo; r < rows.Hi; r++ {
			in.Labels[r] = s.Labels[order[r]]
		}
	}
	if in.packed != nil && in.transform == nil {
		for j := shares.Lo; j < shares.Hi; j++ {
			in.shares[j].unpack(w.Set, in.packed, order, rows)
		}
		return
	}
	for r := rows.Lo; r < rows.Hi; r++ {
		i := int(order[r])
		if s.Bytes == nil {
			copy(in.X.Row(r), s.numbers(i))
			continue
		}
		if next := r + 2; next < rows.Hi {
			w.Prefetch(in.part(s.Pixels(int(order[next])), shares))
		}
		pixels := s.Pixels(i)
		if in.transform != nil {
			altered := w.Bytes(len(pixels))
			in.transform.Apply(w.Set, w.Index(), altered, pixels, i)
			pixels = altered
		}
		if in.shares == nil {
			for f, b := range pixels {
				in.X.Data[r*in.X.Stride+f] = s.Table[b]
			}
			continue
		}
		for j := shares.Lo; j < shares.Hi; j++ {
			in.shares[j].load(w.Set, pixels, r, rows.Lo)
		}
	}
}

// Sparse tells whether the batch is lists of nonzero features, and not a matrix.
func (in *Batch) Sparse() bool { return in.shares != nil }

// Shares returns among how many shares the features are divided; 0 for a dense batch.
func (in *Batch) Shares() int { return len(in.shares) }

// Features returns the features of a share.
func (in *Batch) Features(share int) kernel.Span { return in.shares[share].features }

// Alter makes samples go through x on their way into the batch.
func (in *Batch) Alter(x Transform) { in.transform = x }

// Use makes samples be taken from what they are packed into; nil: as they are.
func (in *Batch) Use(p *Packed) { in.packed = p }

// part returns the pixels of some shares; of a dense input, all.
func (in *Batch) part(pixels []uint8, shares kernel.Span) []uint8 {
	if in.shares == nil {
		return pixels
	}
	return pixels[in.shares[shares.Lo].features.Lo:in.shares[shares.Hi-1].features.Hi]
}

// load appends the nonzeros of row r to those of the rows from first on.
func (s *share) load(k *kernel.Set, pixels []uint8, r, first int) {
	lo := s.features.Lo
	pixels = pixels[lo:s.features.Hi]
	if s.bytes.Rows > 0 {
		copy(s.bytes.Row(r), pixels)
	}
	at := first * s.roomOfRow
	if r > first {
		at = int(s.bySample.Start[r*s.bySample.Step-1])
	}
	// A sample is a matrix that has a block of features as a row, and what is left behind the last whole one as
	// another.
	whole := len(pixels) / s.width
	x := kernel.Sparse{Rows: whole, Entries: s.bySample.Entries, Start: s.bySample.Start[r*s.bySample.Step:], Step: 1}
	blocks := kernel.Bytes{Rows: whole, Cols: s.width, Stride: s.width, Data: pixels}
	at = k.Gather(x, at, blocks, uint32(lo), uint32(s.width))
	if whole < s.blocks {
		rest := pixels[whole*s.width:]
		x.Rows, x.Start = 1, x.Start[whole:]
		k.Gather(x, at, kernel.Bytes{Rows: 1, Cols: len(rest), Data: rest}, uint32(lo+whole*s.width), 0)
	}
}

// lists returns the entries of some samples, as far as they belong to the blocks of features from first on.
func (s *share) lists(rows kernel.Span, first int) kernel.Sparse {
	x := s.bySample.Slice(rows.Lo, rows.Hi)
	x.Start = x.Start[first:]
	return x
}

// Multiply adds the product of a share of the features and their rows of k [features, out] to rows r of y [batch, out];
// the first share sets them. A sum goes on from share to share, in the order of the features.
func (in *Batch) Multiply(w *kernel.Worker, share int, k, y kernel.Matrix, r kernel.Span) {
	y = y.Slice(r.Lo, r.Hi)
	s := &in.shares[share]
	for c := 0; c < y.Cols && !w.Stopped(); c += w.PanelCols {
		end := min(c+w.PanelCols, y.Cols)
		// Block by block of features, so that the rows of k in use stay in the first-level cache.
		for b := range s.blocks {
			w.SparseMul(y.Columns(c, end), s.lists(r, b), k.Columns(c, end), share+b > 0)
		}
	}
}

// Gradient computes g [features f, out] = x^T dz for some features, given dz [batch, out]. Their lists must have been
// made.
func (in *Batch) Gradient(w *kernel.Worker, g kernel.Matrix, f kernel.Span, dz kernel.Matrix) {
	w.SparseMul(g, in.byFeature.Slice(f.Lo, f.Hi), dz, false)
}

// Adam takes Adam's step of the rows of a kernel that belong to the features f, p [f, out], with their moments m and v.
// The gradient there is x^T dz, given dz [batch, out], which it computes while it is at it.
func (in *Batch) Adam(
	w *kernel.Worker, p, m, v kernel.Matrix, f kernel.Span, dz kernel.Matrix, a kernel.AdamStep, which kernel.Rows,
) {
	w.SparseAdam(p, m, v, in.byFeature.Slice(f.Lo, f.Hi), dz, a, which)
}

// Transpose makes the lists of the given features, all of one share, once all samples are loaded. A dense input has
// none.
func (in *Batch) Transpose(k *kernel.Set, f kernel.Span) {
	if len(in.shares) == 0 || f.Lo == f.Hi {
		return
	}
	s := in.shareOf(f.Lo)
	if in.Count <= fewSamples {
		in.scatter(s, f)
		return
	}
	n := f.Hi - f.Lo
	columns := in.bytesT.Block(f.Lo, 0, n, in.Count)
	k.TransposeBytes(columns, s.bytes.Block(0, f.Lo-s.features.Lo, in.Count, n))
	k.Gather(in.byFeature.Slice(f.Lo, f.Hi), f.Lo*in.roomT, columns, 0, 0)
}

// fewSamples is up to how many samples it is faster to put each entry where it belongs than to look at every byte:
// steps of 1 or 8 samples take 0.94 to 0.97 of the time, on one thread and on two, of 16 samples 1.1 times as long.
const fewSamples = 8

// scatter makes the lists of the given features of a share out of those of the samples.
func (in *Batch) scatter(s *share, f kernel.Span) {
	starts := in.byFeature.Start
	copy(starts[2*f.Lo:2*f.Hi], in.emptyT[2*f.Lo:2*f.Hi])
	for r := range in.Count {
		start := s.bySample.Start[r*s.bySample.Step:]
		entries := s.bySample.Entries[start[0]:start[s.blocks]]
		lo, _ := slices.BinarySearch(entries, uint32(f.Lo)<<8)
		hi, _ := slices.BinarySearch(entries, uint32(f.Hi)<<8)
		for _, e := range entries[lo:hi] {
			end := &starts[2*(e>>8)+1]
			in.byFeature.Entries[*end] = uint32(r)<<8 | e&0xff
			*end++
		}
	}
}

// shareOf returns the share that a feature belongs to.
func (in *Batch) shareOf(feature int) *share {
	i := 0
	for feature >= in.shares[i].features.Hi {
		i++
	}
	return &in.shares[i]
}
