package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// A sample whose bytes are mostly zero is packed by blocks of at most PackedBlock features; block b is those from
// edges[b] to edges[b+1]. Its packed form has, for each block, two words of 64 bits (little-endian), in which bit i of
// word w tells whether byte 64 w + i of the block is not zero; then, for all blocks in turn, the bytes that are not.
// There is less of it to read than of the sample, and no byte needs to be looked at to find those that count.
const (
	// PackedBlock is the most features of a block.
	PackedBlock = 128

	// PackedSlack is how many bytes Unpack may read behind a packed sample, and Pack write.
	PackedSlack = 64
)

// packedWords is how many bytes the words of a block take.
const packedWords = 16

// PackedSize returns the most bytes that a packed sample of so many features and blocks takes.
func PackedSize(features, blocks int) int { return packedWords*blocks + features }

// Packed is a set of samples in that form.
type Packed struct {
	Edges []int32  // of the blocks
	At    []uint32 // where each sample begins in Data
	Data  []uint8
}

// Packs tells whether there are Pack and Unpack: not where they would not make loading faster.
func (s *Set) Packs() bool { return s.pack != nil }

// Pack writes the packed form of the bytes src to dst, by blocks of features with those edges, and returns its length.
// dst must have room for PackedSize and PackedSlack bytes.
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

// Unpack makes X of the nonzero bytes of the samples order of P, of X.Step-1 of its blocks, from first on, and DENSE of
// these bytes as they were. Sample order[i] is row i of both. From X.Entries[at] on there will be an entry
// feature<<8|byte for each nonzero one; X.Start[i*X.Step+b] becomes where those of the row's b-th block begin, the last
// of the X.Step where they end. DENSE[i, j] becomes the byte of the feature P.Edges[first]+j. The result is the end of
// the last row's entries. X.Entries must have room for all features and GatherSlack more, P.Data for PackedSlack bytes
// more. The bits of the packed samples are trusted.
func (s *Set) Unpack(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) (end int) {
	if len(order) == 0 {
		return at
	}
	blocks := x.Step - 1
	last := requireEdges("Unpack", p.Edges, math.MaxInt32)
	if first < 0 || blocks < 0 || first+blocks > last || at < 0 {
		panic(fmt.Sprintf("kernel: Unpack: blocks %d to %d of %d, from entry %d", first, first+blocks, last, at))
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

// requireEdges panics unless blocks begin and end where they may within so many features, and returns their number.
func requireEdges(kernel string, edges []int32, features int) (blocks int) {
	blocks = len(edges) - 1
	if blocks < 0 || edges[0] < 0 || int(edges[blocks]) > features {
		panic(fmt.Sprintf("kernel: %s: blocks from %v in %d features", kernel, edges, features))
	}
	for b := range blocks {
		if n := edges[b+1] - edges[b]; n < 0 || n > PackedBlock {
			panic(fmt.Sprintf("kernel: %s: a block of %d features, from %d to %d", kernel, n, edges[b], edges[b+1]))
		}
	}
	return blocks
}
