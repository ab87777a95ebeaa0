package kernel

import "fmt"

// GatherSlack is the number of elements behind the entries that Gather may overwrite.
const GatherSlack = 64

// Gather lists the nonzero elements of SRC[rows, cols] in X. Row r has an entry (base + r baseStep + i)<<8 | SRC[r, i]
// for each nonzero one, in ascending i. The entries of row 0 begin at X.Entries[at], and those of any other row where
// the row before ends. Gather sets X.Start, and returns the end of the last row. X.Entries must have room for
// rows*cols+GatherSlack elements from at on; Gather may overwrite all of them.
func (s *Set) Gather(x Sparse, at int, src Bytes, base, baseStep uint32) (end int) {
	if at < 0 {
		panic(fmt.Sprintf("kernel: Gather: at: wanted at least 0, found %d", at))
	}
	require("Gather", "src", src.shape(), src.Rows, src.Cols)
	require("Gather", "start", shape{x.Rows, 2, x.Step, len(x.Start)}, src.Rows, 2)
	requireLength("Gather", "entries", len(x.Entries), at+src.Rows*src.Cols+GatherSlack)
	if src.Rows == 0 {
		return at
	}
	return s.gather(x, at, src, base, baseStep)
}

// gatherBy returns a Set's gather, made of a function that writes one row's entries to dst and returns how many.
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

// Prefetch tells the CPU to load b into its cache, and does not wait. A caller that reads samples in random order, and
// names the next ones early enough, need not wait for memory.
func (s *Set) Prefetch(b []uint8) {
	if s.prefetch != nil {
		s.prefetch(b)
	}
}
