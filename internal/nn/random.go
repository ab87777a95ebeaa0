package nn

import (
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
)

// Stream returns the random stream for one purpose ("glorot_uniform/dense", "shuffle") in one epoch (0 outside of any).
// Streams are keyed, not drawn from one another: what one of them gives does not depend on what others were asked for.
func Stream(seed uint64, purpose string, epoch int) *rand.PCG {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose)) // a hash never fails
	return rand.NewPCG(mix(seed), mix(h.Sum64()+uint64(epoch)))
}

// mix scatters the bits of x (the finalizer of SplitMix64; Steele, Lea and Flood, OOPSLA 2014), so that seeds 1 and 2
// begin far apart.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Shuffle permutes order (Fisher and Yates), the same way for the same stream in every version of Go.
func Shuffle(stream *rand.PCG, order []int32) {
	for i := len(order) - 1; i > 0; i-- {
		j, _ := bits.Mul64(stream.Uint64(), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// uniform returns a number in [0, 1), a multiple of 2^-24.
func uniform(stream *rand.PCG) float32 { return float32(stream.Uint64()>>40) * 0x1p-24 }
