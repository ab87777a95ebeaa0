package batch

import (
	"slices"
	"sync"
	"sync/atomic"

	"dnn/internal/nn/kernel"
)

// Packed is samples in the form from which a batch of random ones is loaded fastest: of each block of features, a bit
// for each feature and the nonzero bytes (see kernel.PackedBlock). For MNIST that is a third of the bytes, so more
// samples stay in the caches and fewer are waited for.
type Packed struct{ samples kernel.Packed } // by the blocks of features of all shares, in their order

// shared is what is made once of samples that several networks read.
type shared struct {
	of *Samples // a copy of the samples may have other rows, and shares nothing

	lock sync.Mutex
	all  []packing

	look     sync.Once
	nonzeros []int // as Samples.nonzeros returns them
	seen     int
}

// packing is a packed form of the samples: kernels differ in what they read, and batches in their blocks.
type packing struct {
	kernels string
	packed  *Packed
}

// Share lets all networks that learn from the samples or are tested on them, and may do so at once, use one packed form
// of them, and count their zeros once. The samples must not change from then on. It does nothing if s is nil.
func (s *Samples) Share() {
	if s != nil {
		s.shared = &shared{of: s}
	}
}

// Shared reports whether several networks share the samples.
func (s *Samples) Shared() bool { return s.shared != nil && s.shared.of == s }

// mostPacked is how many bytes of address space packed samples may take. It is enough for some 290,000 images of MNIST,
// and kernel.Packed can address it.
const mostPacked = 1 << 28

// packedPerTask returns how many samples, of at most so many bytes, a task packs: as fit into a buffer that stays in a
// second-level cache, or one.
func packedPerTask(largest int) int { return max((512<<10)/largest, 1) }

const _ = uint(kernel.PackedBlock - featureBlock) // does not compile if a block of features is too large to be packed

// Pack packs the samples for batches that have the shares of in. It returns nil if that would not make loading faster.
// run calls task for each number below tasks, from several goroutines if it can. If often, they will be read so often
// that huge pages pay.
func (in *Batch) Pack(
	k *kernel.Set, run func(tasks int, task func(worker, task int)), s *Samples, often bool,
) (packed *Packed) {
	if len(in.shares) == 0 || s.Count == 0 || s.Features == 0 || !k.Packs() {
		return nil
	}
	edges := []int32{0}
	for _, share := range in.shares {
		for b := range share.blocks {
			edges = append(edges, int32(min(share.features.Lo+(b+1)*share.width, share.features.Hi)))
		}
	}
	if s.Shared() {
		shared := s.shared
		shared.lock.Lock() // until they are packed: another network waits for them rather than pack them too
		defer shared.lock.Unlock()
		for _, p := range shared.all {
			if p.kernels == k.Name && slices.Equal(p.packed.samples.Edges, edges) {
				return p.packed
			}
		}
		defer func() {
			if packed != nil {
				shared.all = append(shared.all, packing{k.Name, packed})
			}
		}()
	}
	largest := kernel.PackedSize(s.Features, len(edges)-1) // bytes of one sample
	if largest > (mostPacked-kernel.PackedSlack)/s.Count {
		return nil
	}
	// There is room for samples without any zero, in one piece. The packed ones lie one behind the other, in the order in
	// which the tasks are done. So most of the room is never written to, and the operating system usually provides no
	// memory for it.
	p := kernel.Packed{Edges: edges, At: make([]uint32, s.Count), Data: make([]uint8, s.Count*largest+kernel.PackedSlack)}
	if often {
		adviseHuge(p.Data)
	}
	perTask := min(packedPerTask(largest), s.Count)
	buffers := sync.Pool{New: func() any {
		buffer := make([]uint8, perTask*largest+kernel.PackedSlack)
		return &buffer
	}}
	var used atomic.Int64
	run((s.Count+perTask-1)/perTask, func(_, task int) {
		buffer, n := buffers.Get().(*[]uint8), 0
		first := task * perTask
		at := p.At[first:min(first+perTask, s.Count)]
		for i := range at {
			at[i] = uint32(n)
			n += k.Pack(p.Edges, s.Pixels(first+i), (*buffer)[n:])
		}
		start := int(used.Add(int64(n))) - n
		for i := range at {
			at[i] += uint32(start)
		}
		copy(p.Data[start:], (*buffer)[:n])
		buffers.Put(buffer)
	})
	return &Packed{p}
}

// unpack loads the samples order[rows] into the rows of the share.
func (s *share) unpack(k *kernel.Set, p *Packed, order []int32, rows kernel.Span) {
	bytes := s.bytes.Block(rows.Lo, 0, rows.Hi-rows.Lo, s.bytes.Cols)
	k.Unpack(s.lists(rows, 0), rows.Lo*s.sampleRoom, bytes, p.samples, order[rows.Lo:rows.Hi], s.first)
}
