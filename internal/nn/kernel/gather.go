package kernel

import "fmt"

// GatherSlack is the room that Gather needs behind its entries.
const GatherSlack = 64

// Gather makes X of what is not zero in SRC[rows, cols]. Row r's entries are (base + r baseStep + i)<<8 | SRC[r, i] for
// each nonzero one, in ascending i, and begin where those of the row before it end, those of row 0 at X.Entries[at];
// X.Start becomes where rows begin and end. The result is the end of the last row. X.Entries must have room for
// rows*cols+GatherSlack behind at: what lies behind those written may be overwritten.
func (s *Set) Gather(x Sparse, at int, src Bytes, base, baseStep uint32) (end int) {
	if at < 0 {
		panic(fmt.Sprintf("kernel: Gather: at: %d", at))
	}
	require("Gather", "src", src.shape(), src.Rows, src.Cols)
	require("Gather", "start", shape{x.Rows, 2, x.Step, len(x.Start)}, src.Rows, 2)
	requireLength("Gather", "entries", len(x.Entries), at+src.Rows*src.Cols+GatherSlack)
	if src.Rows == 0 {
		return at
	}
	return s.gather(x, at, src, base, baseStep)
}

// gatherBy returns Gather, given one that takes a row at a time, writes its entries to dst and returns their number.
func gatherBy(
	gather func(dst []uint32, src []uint8, base uint32) int,
) func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
	return func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
		for r := range src.Rows {
			x.Start[r*x.Step] = int32(at)
			at += gather(x.Entries[at:], src.Row(r), base+uint32(r)*baseStep)
			x.Start[r*x.Step+1] = int32(at)
		}
		return at
	}
}

func gather(dst []uint32, src []uint8, base uint32) int {
	n := 0
	for i, v := range src {
		if v != 0 {
			dst[n] = (base+uint32(i))<<8 | uint32(v)
			n++
		}
	}
	return n
}

// Prefetch asks for b to be brought into the cache, and does not wait. Who goes through samples in random order and
// names the next ones in time does not wait for memory at each.
func (s *Set) Prefetch(b []uint8) {
	if s.prefetch != nil {
		s.prefetch(b)
	}
}
