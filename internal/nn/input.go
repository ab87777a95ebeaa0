package nn

import "dnn/internal/nn/kernel"

// featureBlock is how many features the sparse product passes over at a time: as many rows of a panel of the kernel as fit
// into the first-level cache beside a batch's entries.
const featureBlock = 112

// input is a batch on its way into the network. Either as the matrix x, or, where most features are zero, as lists of the
// nonzero ones: by sample for the forward product and by feature for the gradient. Both give the same results, to the bit.
type input struct {
	count    int // samples in the batch
	features int
	labels   []uint8

	x Matrix // [batch, features]; dense only

	sparse    bool
	table     *[256]float32
	bytes     []uint8  // [batch, features]; not for a dense x, unless a transform needs it
	entries   []uint32 // by sample: feature<<8|byte
	start     []int32  // [batch, blocks+1]: where a sample's entries of each block of features begin, and the last ones end
	blocks    int
	bytesT    []uint8 // [features, batch padded]
	strideT   int
	entriesT  []uint32 // by feature: sample<<8|byte
	startT    []int32  // [features, 2]: where a feature's entries begin and end
	roomT     int      // entriesT set aside for each feature
	roomOfRow int      // entries set aside for each sample

	transform Transform // alters the bytes of samples; may be nil
}

// newInput returns an input for up to batch samples like the given ones. The lists by feature are made only if the batch
// is to be trained on.
func newInput(s *Samples, batch int, sparse, train bool) *input {
	in := &input{features: s.Features, labels: make([]uint8, batch), sparse: sparse, table: s.Table}
	if !sparse {
		in.x = newMatrix(batch, s.Features)
		return in
	}
	in.blocks = (s.Features + featureBlock - 1) / featureBlock
	in.roomOfRow = s.Features + kernel.GatherSlack
	in.bytes = make([]uint8, batch*s.Features)
	in.entries = make([]uint32, batch*in.roomOfRow)
	in.start = make([]int32, batch*(in.blocks+1))
	if train {
		in.strideT = (batch + 63) / 64 * 64
		in.roomT = batch + kernel.GatherSlack
		in.bytesT = make([]uint8, s.Features*in.strideT)
		in.entriesT = make([]uint32, s.Features*in.roomT)
		in.startT = make([]int32, 2*s.Features)
	}
	return in
}

// load puts the samples order[lo:hi] into rows lo to hi of the batch.
func (in *input) load(w *Worker, s *Samples, order []int32, rows span) {
	for r := rows.lo; r < rows.hi; r++ {
		i := int(order[r])
		in.labels[r] = s.Labels[i]
		if next := r + 2; next < rows.hi && s.Bytes != nil {
			w.Prefetch(s.Pixels(int(order[next])))
		}
		if s.Bytes == nil {
			copy(row(in.x, r), s.numbers(i))
			continue
		}
		pixels := s.Pixels(i)
		if in.transform != nil {
			altered := in.bytes[r*s.Features : (r+1)*s.Features]
			in.transform.Apply(w.Set, w.index, altered, pixels, i)
			pixels = altered
		}
		if in.sparse {
			in.loadSparse(w.Set, pixels, r, rows.lo)
			continue
		}
		for f, b := range pixels {
			in.x.Data[r*in.x.Stride+f] = s.Table[b]
		}
	}
}

// loadSparse appends the nonzeros of one sample to those of the samples from first on.
func (in *input) loadSparse(k *kernel.Set, pixels []uint8, r, first int) {
	if in.bytesT != nil && in.transform == nil {
		copy(in.bytes[r*in.features:], pixels)
	}
	start := in.start[r*(in.blocks+1) : (r+1)*(in.blocks+1)]
	at := int32(first * in.roomOfRow)
	if r > first {
		at = in.start[r*(in.blocks+1)-1]
	}
	whole := in.features / featureBlock
	end := k.GatherRows(whole, featureBlock, pixels, featureBlock, in.entries, int(at), 0, featureBlock, start, 1)
	if lo := whole * featureBlock; lo < in.features {
		k.GatherRows(1, in.features-lo, pixels[lo:], 0, in.entries, end, uint32(lo), 0, start[whole:], 0)
	}
}

// transpose makes the lists of the given features, once all samples are loaded.
func (in *input) transpose(k *kernel.Set, f span) {
	k.TransposeBytes(in.count, f.hi-f.lo, in.bytes[f.lo:], in.features, in.bytesT[f.lo*in.strideT:], in.strideT)
	if f.hi > f.lo {
		k.GatherRows(f.hi-f.lo, in.count, in.bytesT[f.lo*in.strideT:], in.strideT, in.entriesT, f.lo*in.roomT, 0, 0, in.startT[2*f.lo:], 2)
	}
}
