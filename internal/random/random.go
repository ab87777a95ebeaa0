// Package random provides streams of random numbers. Each is named by a key (seed, purpose, epoch, index) and does not
// depend on what was drawn from others, so a run can be resumed anywhere and use any number of threads with the same
// result. The only distribution is the uniform one; callers compute others from it.
package random

import (
	"math/bits"
	"math/rand/v2"
)

// Key names a random stream.
type Key struct{ hi, lo uint64 }

// NewKey returns the key of a purpose, such as "glorot_uniform/dense" or "shuffle", in an epoch. epoch is 0 for what
// happens once in a run.
func NewKey(seed uint64, purpose string, epoch int) Key {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	hash := uint64(offset)
	for i := range len(purpose) {
		hash = (hash ^ uint64(purpose[i])) * prime
	}
	return Key{mix(seed), mix(hash + uint64(epoch))}
}

// At returns the key of item i, such as a sample, for the purpose of k.
func (k Key) At(i int) Key { return Key{k.hi, mix(k.lo + uint64(i))} }

// Seed resets stream to the beginning of the one that k names.
func (k Key) Seed(stream *rand.PCG) { stream.Seed(k.hi, k.lo) }

// Bits fills dst with the first numbers of the stream that k names: of each number of 64 bits, the lower half and then
// the upper. It computes them as rand.PCG does, but with the state in registers.
func (k Key) Bits(dst []uint32) {
	const (
		multiplierHigh, multiplierLow = 2549297995355413924, 4865540595714422341
		incrementHigh, incrementLow   = 6364136223846793005, 1442695040888963407
		outputMultiplier              = 0xda942042e4dd58b5
	)
	hi, lo := k.hi, k.lo
	for len(dst) > 0 {
		high, low := bits.Mul64(lo, multiplierLow)
		high += hi*multiplierLow + lo*multiplierHigh
		var carry uint64
		lo, carry = bits.Add64(low, incrementLow, 0)
		hi, _ = bits.Add64(high, incrementHigh, carry)
		x := hi ^ hi>>32
		x *= outputMultiplier
		x ^= x >> 48
		x *= lo | 1
		dst[0] = uint32(x)
		if len(dst) == 1 {
			break
		}
		dst[1] = uint32(x >> 32)
		dst = dst[2:]
	}
}

// Stream returns the random stream of NewKey(seed, purpose, epoch).
func Stream(seed uint64, purpose string, epoch int) *rand.PCG {
	k := NewKey(seed, purpose, epoch)
	return rand.NewPCG(k.hi, k.lo)
}

// mix scatters the bits of x, so that similar seeds give unrelated streams. It is the finalizer of SplitMix64 (Steele,
// Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Shuffle permutes order at random (Fisher and Yates). Unlike that of math/rand, its result is the same in every
// version of Go.
func Shuffle(stream *rand.PCG, order []int32) {
	for i := len(order) - 1; i > 0; i-- {
		j, _ := bits.Mul64(stream.Uint64(), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// Uniform returns a number that is uniform over the multiples of 2^-24 in [0, 1).
func Uniform(stream *rand.PCG) float32 { return float32(stream.Uint64()>>40) * 0x1p-24 }
