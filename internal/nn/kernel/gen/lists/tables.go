package lists

import (
	"slices"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The tables that the search for nonzero bytes and packed samples share.

// toSpreads is the distance from the first to the second of the tables that declarePermutations writes.
const toSpreads = 8 * 256

// declarePermutations writes two tables with eight bytes for each mask of eight lanes. The first has the numbers of the
// mask's lanes, by which these are moved together. The second has, for each lane, which of those moved together it is:
// that spreads them again. It is 0x80, for which VPSHUFB writes a zero, for a lane that is not in the mask.
func declarePermutations() Mem {
	table := GLOBL("permutations", attr.RODATA|attr.NOPTR)
	var lanes, spreads [256]uint64
	for mask := range 256 {
		n := 0
		for i := range 8 {
			if mask>>i&1 == 0 {
				spreads[mask] |= 0x80 << (8 * i)
				continue
			}
			lanes[mask] |= uint64(i) << (8 * n)
			spreads[mask] |= uint64(n) << (8 * i)
			n++
		}
	}
	for i, eight := range slices.Concat(lanes[:], spreads[:]) {
		DATA(8*i, U64(eight))
	}
	return table
}

// declareNumbers writes the numbers from 0 to 63 as bytes.
func declareNumbers() Mem {
	table := GLOBL("numbers", attr.RODATA|attr.NOPTR)
	for i := range 64 {
		DATA(i, U8(i))
	}
	return table
}
