package batch

import "dnn/internal/nn/kernel"

// Packed is a set of samples in the form from which a batch of random ones is loaded fastest: the third of their bytes
// that count (see kernel.PackedBlock), of which more stay in the caches and fewer have to be waited for.
type Packed struct{ samples kernel.Packed } // by the blocks of features of all shares, in their order

// mostPacked is how many bytes of address space a packed set may take: that of some 290,000 images of MNIST, and few
// enough for kernel.Packed to count them.
const mostPacked = 1 << 28

// packedTask is how many samples a task packs.
const packedTask = 1024

const _ = uint(kernel.PackedBlock - featureBlock) // a block of features is one of these too

// Pack packs the samples for batches that are divided as in is; it returns nil where that would not help. run calls
// task for so many numbers from 0 on, on several goroutines where it can.
func (in *Batch) Pack(k *kernel.Set, run func(tasks int, task func(worker, task int)), s *Samples) *Packed {
	if len(in.shares) == 0 || s.Count == 0 || !k.Packs() {
		return nil
	}
	edges := []int32{0}
	for _, share := range in.shares {
		for b := range share.blocks {
			edges = append(edges, int32(min(share.features.Lo+(b+1)*share.width, share.features.Hi)))
		}
	}
	// Each sample has room for all of its features to be other than zero. Those of a task lie one behind the other, so
	// that what they do not use is one piece, of which the system gives no memory unless it was in use before.
	each := min(packedTask, s.Count)
	most := kernel.PackedSize(s.Features, len(edges)-1)
	if most > mostPacked/each {
		return nil
	}
	tasks := (s.Count + each - 1) / each
	room := each*most + kernel.PackedSlack
	if tasks > mostPacked/room {
		return nil
	}
	p := kernel.Packed{Edges: edges, At: make([]uint32, s.Count), Data: make([]uint8, tasks*room)}
	run(tasks, func(_, task int) {
		at := task * room
		for i := task * each; i < min((task+1)*each, s.Count); i++ {
			p.At[i] = uint32(at)
			at += k.Pack(p.Edges, s.Pixels(i), p.Data[at:])
		}
	})
	return &Packed{p}
}

// unpack loads the samples order into rows lo to hi of the share.
func (s *share) unpack(k *kernel.Set, p *Packed, order []int32, rows kernel.Span) {
	dense := s.bytes.Block(rows.Lo, 0, rows.Hi-rows.Lo, s.bytes.Cols)
	k.Unpack(s.lists(rows, 0), rows.Lo*s.roomOfRow, dense, p.samples, order[rows.Lo:rows.Hi], s.first)
}
