package nn

import "dnn/internal/nn/kernel"

// packed is a set of samples in the form from which a batch of random ones is loaded fastest: the third of their bytes that
// count (see kernel.PackedBlock), of which more stay in the caches and fewer have to be waited for.
type packed struct {
	edges []int32 // of the blocks of features, all shares' in their order
	at    []uint32
	data  []uint8
}

// mostPacked is how many bytes of address space a packed set may take.
const mostPacked = 1 << 28

// pack packs the samples for a batch with those shares, on all workers; it returns nil where that would not help.
func (e *Engine) pack(s *Samples, shares []share) *packed {
	if len(shares) == 0 || e.kernels.Pack == nil {
		return nil
	}
	p := &packed{edges: []int32{0}}
	for _, share := range shares {
		for b := range share.blocks {
			p.edges = append(p.edges, int32(min(share.features.lo+(b+1)*share.width, share.features.hi)))
		}
	}
	// Each sample has room for all of its features to be other than zero. What it does not use is never touched, and takes no
	// memory, since the samples of a task lie one behind the other.
	const each = 1024
	most := kernel.PackedSize(s.Features, len(p.edges)-1)
	tasks := (s.Count + each - 1) / each
	room := each*most + kernel.PackedSlack
	if tasks*room > mostPacked {
		return nil
	}
	p.at, p.data = make([]uint32, s.Count), make([]uint8, tasks*room)
	e.pool.Run(tasks, func(_, task int) {
		at := task * room
		for i := task * each; i < min((task+1)*each, s.Count); i++ {
			p.at[i] = uint32(at)
			at += e.kernels.Pack(p.edges, s.Pixels(i), p.data[at:])
		}
	})
	return p
}

// unpack loads the samples order into rows lo to hi of the share, whose blocks come after first others.
func (s *share) unpack(k *kernel.Set, p *packed, order []int32, first int, rows span) {
	k.Unpack(order[rows.lo:rows.hi], p.at, p.data, p.edges, first, s.blocks, s.entries, rows.lo*s.roomOfRow,
		s.start[rows.lo*(s.blocks+1):], s.bytes[rows.lo*s.stride:], s.stride)
}
