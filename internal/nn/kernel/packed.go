package kernel

import (
	"encoding/binary"
	"math/bits"
)

// A sample whose bytes are mostly zero is packed by blocks of at most PackedBlock features; block b is those from edges[b] to
// edges[b+1]. Its packed form has, for each block, two words of 64 bits (little-endian), in which bit i of word w tells
// whether byte 64 w + i of the block is not zero; then, for all blocks in turn, the bytes that are not. There is less of it to
// read than of the sample, and no byte needs to be looked at to find those that count.
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

func pack(edges []int32, src []uint8, dst []uint8) int {
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

func unpack(order []int32, at []uint32, data []uint8, edges []int32, first, blocks int, dst []uint32, end int, start []int32, dense []uint8, ldd int) int {
	for i, sample := range order {
		words := data[at[sample]:]
		bytes := words[packedWords*(len(edges)-1):]
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(words[8*i:]) }
		for w := range 2 * first {
			bytes = bytes[bits.OnesCount64(word(w)):]
		}
		starts, row := start[i*(blocks+1):], dense[i*ldd:]
		clear(row[:edges[first+blocks]-edges[first]])
		for b := range blocks {
			starts[b] = int32(end)
			for w := range 2 {
				for left := word(2*(first+b) + w); left != 0; left &= left - 1 {
					feature := edges[first+b] + int32(64*w+bits.TrailingZeros64(left))
					dst[end] = uint32(feature)<<8 | uint32(bytes[0])
					row[feature-edges[first]] = bytes[0]
					end, bytes = end+1, bytes[1:]
				}
			}
		}
		starts[blocks] = int32(end)
	}
	return end
}
