package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// A packed sample leaves out its zero bytes. It is packed by blocks of at most PackedBlock features; block b has the
// features from edges[b] to edges[b+1]. First come two little-endian words of 64 bits for each block: bit i of word w
// is set if byte 64 w + i of the block is not zero. Then come the nonzero bytes of all blocks. That is less memory to
// read than the sample, and the words say where the nonzero bytes are.
const (
	// PackedBlock is the largest number of features of a block.
	PackedBlock = 128

	// PackedSlack is how many bytes Unpack may read behind a packed sample, and Pack write.
	PackedSlack = 64
)

// packedWords is the size of a block's two words in bytes.
const packedWords = 16

// PackedSize returns the largest size in bytes of a packed sample with so many features and blocks.
func PackedSize(features, blocks int) int { return packedWords*blocks + features }

// Packed is a list of packed samples.
type Packed struct {
	Edges []int32  // of the blocks, in features
	At    []uint32 // where each sample begins in Data
	Data  []uint8
}

// Packs reports whether the set has Pack and Unpack. It has not where they would not make loading faster.
func (s *Set) Packs() bool { return s.pack != nil }

// Pack writes the bytes src in packed form to dst and returns its length. edges are those of the blocks. dst must have
// room for PackedSize and PackedSlack bytes.
func (s *Set) Pack(edges []int32, src, dst []uint8) int {
	blocks := requireEdges("Pack", edges, len(src))
	requireLength("Pack", "dst", len(dst), PackedSize(int(edges[blocks]-edges[0]), blocks)+PackedSlack)
	return s.pack(edges, src, dst)
}

func pack(edges []int32, src, dst []uint8) int {
	n := packedWords * (len(edges) - 1)
	for b := range len(edges) - 1 {
		var words [2]uint64
		for i, v := range src[edges[b]:edges[b+1]] {
			if v != 0 {
				words[i/64] |= 1 << (i % 64)
				dst[n] = v
				n++
			}
		}
		binary.LittleEndian.PutUint64(dst[packedWords*b:], words[0])
		binary.LittleEndian.PutUint64(dst[packedWords*b+8:], words[1])
	}
	return n
}

// Unpack writes samples of P both as lists X and as bytes DENSE. Sample order[i] becomes row i of both. Of the samples,
// only X.Step-1 blocks are unpacked, from block first on.
//
// X gets an entry feature<<8|byte for each nonzero byte, from X.Entries[at] on. X.Start[i*X.Step+b] becomes the start
// of the b-th of these blocks in row i, and the last of the X.Step elements the end of the row. DENSE[i, j] becomes the
// byte of the feature P.Edges[first]+j. The result is the end of the last row's entries.
//
// X.Entries must have room for all features and GatherSlack more, and P.Data must have PackedSlack bytes more than its
// samples. The bits of packed samples are not checked.
func (s *Set) Unpack(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) (end int) {
	if len(order) == 0 {
		return at
	}
	blocks := x.Step - 1
	last := requireEdges("Unpack", p.Edges, math.MaxInt32)
	if first < 0 || blocks < 0 || first+blocks > last || at < 0 {
		const message = "kernel: Unpack: wanted blocks within 0 to %d and an entry >= 0, " +
			"found blocks %d to %d, entry %d"
		panic(fmt.Sprintf(message, last, first, first+blocks, at))
	}
	for _, i := range order {
		requireLength("Unpack", "data", len(p.Data), int(p.At[i])+packedWords*last+PackedSlack)
	}
	features := int(p.Edges[first+blocks] - p.Edges[first])
	requireLength("Unpack", "entries", len(x.Entries), at+len(order)*features+GatherSlack)
	require("Unpack", "start", shape{x.Rows, x.Step, x.Step, len(x.Start)}, len(order), x.Step)
	require("Unpack", "dense", dense.shape(), len(order), features)
	return s.unpack(x, at, dense, p, order, first)
}

func unpack(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int {
	end, edges, blocks := at, p.Edges, x.Step-1
	for i, sample := range order {
		words := p.Data[p.At[sample]:]
		bytes := words[packedWords*(len(edges)-1):]
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(words[8*i:]) }
		for w := range 2 * first {
			bytes = bytes[bits.OnesCount64(word(w)):]
		}
		starts, row := x.Start[i*x.Step:], dense.Row(i)
		clear(row)
		for b := range blocks {
			starts[b] = int32(end)
			for w := range 2 {
				for left := word(2*(first+b) + w); left != 0; left &= left - 1 {
					feature := edges[first+b] + int32(64*w+bits.TrailingZeros64(left))
					x.Entries[end] = uint32(feature)<<8 | uint32(bytes[0])
					row[feature-edges[first]] = bytes[0]
					end, bytes = end+1, bytes[1:]
				}
			}
		}
		starts[blocks] = int32(end)
	}
	return end
}

// requireEdges panics unless the edges ascend by at most PackedBlock within [0, features]. It returns the number of
// blocks.
func requireEdges(kernel string, edges []int32, features int) (blocks int) {
	blocks = len(edges) - 1
	if blocks < 0 || edges[0] < 0 || int(edges[blocks]) > features {
		panic(fmt.Sprintf("kernel: %s: wanted edges of blocks within %d features, found %v", kernel, features, edges))
	}
	for b := range blocks {
		if n := edges[b+1] - edges[b]; n < 0 || n > PackedBlock {
			const message = "kernel: %s: wanted blocks of at most %d features, found one from %d to %d"
			panic(fmt.Sprintf(message, kernel, PackedBlock, edges[b], edges[b+1]))
		}
	}
	return blocks
}
