package batch

import (
	"dnn/internal/nn/kernel"
)

// featureBlock is the largest number of features that the sparse product passes over at a time: so many rows of a panel
// of the kernel fit into the first-level cache together with a batch's entries.
const featureBlock = 112

// rowBlock is the largest number of samples that the sparse product takes at a time, block by block of the features.
const rowBlock = 128

// Batch is a batch on its way into the network: either dense, the matrix x, or sparse, lists of the nonzero features,
// by sample for the forward product and by feature for the gradient. Both give the same results, to the bit.
type Batch struct {
	Count  int // samples in the batch
	Labels []uint8

	X kernel.Matrix // [batch, features]; dense only

	shares    []share      // of the features, in their order; none if dense
	pieces    []piece      // of the samples, in their order; for training only
	bytesT    kernel.Bytes // [features, samples of a piece]
	noEntries []int32      // Start of the first piece's lists if they have no entries

	transform Transform // alters the bytes of samples; nil: they are loaded as they are
	packed    *Packed   // the samples, packed; nil: they are not
}

// share is the features of a sparse batch that one worker owns. In training only this worker uses the rows of the first
// layer's kernel that belong to them, so these rows stay in its cache.
type share struct {
	features   kernel.Span
	width      int           // features of a block; the last block may have fewer
	blocks     int           // number of blocks, at least 1
	first      int           // number of blocks in the shares before this one
	bytes      kernel.Bytes  // [batch, features]; for training only
	bySample   kernel.Sparse // [batch, features]: feature<<8|byte; each row has a start for each block, and one end
	sampleRoom int           // entries that each sample has room for
}

// New returns a batch of up to size samples in the form of s. Without shares of the features it is dense. Lists by
// feature, which only training needs, are made of about piece samples each; 0: none are made.
func New(s *Samples, size int, shares []kernel.Span, piece int) *Batch {
	in := &Batch{Labels: make([]uint8, size)}
	if len(shares) == 0 {
		in.X = kernel.NewMatrix(size, s.Features)
		return in
	}
	first := 0
	for _, features := range shares {
		s := newShare(features, size, piece > 0, s.Table)
		s.first = first
		first += s.blocks
		in.shares = append(in.shares, s)
	}
	if piece > 0 {
		in.cut(s, size, piece)
	}
	return in
}

func newShare(features kernel.Span, size int, train bool, table *[256]float32) share {
	n := features.Hi - features.Lo
	s := share{features: features, blocks: max(1, (n+featureBlock-1)/featureBlock)}
	s.width = max(1, (n+s.blocks-1)/s.blocks)
	s.sampleRoom = n + kernel.GatherSlack
	s.bySample = newSparse(size, s.blocks+1, size*s.sampleRoom, table)
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

// Load puts the samples order[rows] into the rows of the batch; if the batch is sparse, only the given shares of their
// features. Labels are loaded with the first share.
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
			copy(in.X.Row(r), s.Numbers(i))
			continue
		}
		if next := r + 2; next < rows.Hi {
			w.Prefetch(in.pixelsOf(shares, s.Pixels(int(order[next]))))
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

// Sparse reports whether the batch is lists of nonzero features.
func (in *Batch) Sparse() bool { return in.shares != nil }

// Shares returns the number of shares of the features; 0 if the batch is dense.
func (in *Batch) Shares() int { return len(in.shares) }

// Features returns the features of the share with that index.
func (in *Batch) Features(share int) kernel.Span { return in.shares[share].features }

// Alter makes samples go through x when they are loaded.
func (in *Batch) Alter(x Transform) { in.transform = x }

// Use makes Load take samples from p, which holds them packed; nil: from the samples themselves.
func (in *Batch) Use(p *Packed) { in.packed = p }

// pixelsOf returns a sample's pixels of the given shares; all if the batch is dense.
func (in *Batch) pixelsOf(shares kernel.Span, pixels []uint8) []uint8 {
	if in.shares == nil {
		return pixels
	}
	return pixels[in.shares[shares.Lo].features.Lo:in.shares[shares.Hi-1].features.Hi]
}

// load makes the list of row r. Its entries follow those of the row before; those of row first go to that row's own
// room.
func (s *share) load(k *kernel.Set, pixels []uint8, r, first int) {
	lo := s.features.Lo
	pixels = pixels[lo:s.features.Hi]
	if s.bytes.Rows > 0 {
		copy(s.bytes.Row(r), pixels)
	}
	at := first * s.sampleRoom
	if r > first {
		at = int(s.bySample.Start[r*s.bySample.Step-1])
	}
	// For Gather, the sample is a matrix with a row for each full block of features, and one more row if the last block
	// has fewer.
	full := len(pixels) / s.width
	x := kernel.Sparse{Rows: full, Entries: s.bySample.Entries, Start: s.bySample.Start[r*s.bySample.Step:], Step: 1}
	blocks := kernel.Bytes{Rows: full, Cols: s.width, Stride: s.width, Data: pixels}
	at = k.Gather(x, at, blocks, uint32(lo), uint32(s.width))
	if full < s.blocks {
		last := pixels[full*s.width:]
		x.Rows, x.Start = 1, x.Start[full:]
		k.Gather(x, at, kernel.Bytes{Rows: 1, Cols: len(last), Data: last}, uint32(lo+full*s.width), 0)
	}
}

// lists returns the lists of some samples. Their starts begin with those of the given block: a kernel that takes the
// first start and the one after it reads the entries of that block.
func (s *share) lists(rows kernel.Span, block int) kernel.Sparse {
	x := s.bySample.Slice(rows.Lo, rows.Hi)
	x.Start = x.Start[block:]
	return x
}

// Multiply adds the product of a share's features and their rows of k [features, out] to rows r of y [batch, out]. The
// first share sets these rows instead. A sum goes on from share to share, in the order of the features.
func (in *Batch) Multiply(w *kernel.Worker, share int, k, y kernel.Matrix, r kernel.Span) {
	y = y.Slice(r.Lo, r.Hi)
	s := &in.shares[share]
	panel := w.PanelCols
	if y.Cols <= w.WidestPanel {
		panel = y.Cols
	}
	for c := 0; c < y.Cols && !w.Stopped(); c += panel {
		end := min(c+panel, y.Cols)
		// One block of features after the other, so that the rows of k in use stay in the first-level cache; for some of the
		// samples, so that their sums stay in the second-level cache meanwhile.
		for lo := r.Lo; lo < r.Hi; lo += rowBlock {
			rows := kernel.Span{Lo: lo, Hi: min(lo+rowBlock, r.Hi)}
			sums := y.Slice(rows.Lo-r.Lo, rows.Hi-r.Lo).Columns(c, end)
			for b := range s.blocks {
				w.SparseMul(sums, s.lists(rows, b), k.Columns(c, end), share+b > 0)
			}
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
