// Package random gives streams of random numbers that are keyed by seed, purpose and place, not drawn from one another. A run can
// be stopped and resumed anywhere, and any number of threads can draw, and each number is what it would have been. It knows no
// distribution but the uniform one; who needs another makes it of that.
package random

import (
	"math/bits"
	"math/rand/v2"
)

// Key names a random stream. Streams are keyed, not drawn from one another: what one of them gives does not depend on what
// others were asked for.
type Key struct{ hi, lo uint64 }

// NewKey returns the key of a purpose ("glorot_uniform/dense", "shuffle") in an epoch (0 outside of any).
func NewKey(seed uint64, purpose string, epoch int) Key {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	hash := uint64(offset)
	for i := range len(purpose) {
		hash = (hash ^ uint64(purpose[i])) * prime
	}
	return Key{mix(seed), mix(hash + uint64(epoch))}
}

// At returns the key of the i-th of the things that k is the key of.
func (k Key) At(i int) Key { return Key{k.hi, mix(k.lo + uint64(i))} }

// Seed makes stream the one that k names.
func (k Key) Seed(stream *rand.PCG) { stream.Seed(k.hi, k.lo) }

// Stream returns the random stream for one purpose in one epoch.
func Stream(seed uint64, purpose string, epoch int) *rand.PCG {
	k := NewKey(seed, purpose, epoch)
	return rand.NewPCG(k.hi, k.lo)
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

// Uniform returns a number in [0, 1), a multiple of 2^-24.
func Uniform(stream *rand.PCG) float32 { return float32(stream.Uint64()>>40) * 0x1p-24 }
