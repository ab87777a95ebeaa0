package kernel

import "fmt"

// GatherRows gathers the rows of a matrix of bytes, rows x cols with rows lds apart, one behind the other: it is Gather for
// many short rows, without the cost of a call for each. Row r begins at dst[at], at being what the row before it left;
// start[r*step] and start[r*step+1] become where it begins and ends. Its entries are
// (base+r*baseStep+i)<<8|src[r*lds+i] for each nonzero one, in ascending i < cols. The result is the end of the last row.
// dst must have room for rows*cols+GatherSlack entries behind at.
func (s *Set) GatherRows(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, start []int32, step int) int {
	if at < 0 {
		panic(fmt.Sprintf("kernel: GatherRows: at: %d", at))
	}
	require("GatherRows", "src", len(src), rows, cols, lds)
	require("GatherRows", "start", len(start), rows, 2, step)
	require("GatherRows", "dst", len(dst), 1, at+rows*cols+GatherSlack, 0)
	if s.gatherRows != nil && rows > 0 {
		return s.gatherRows(rows, cols, src, lds, dst, at, base, baseStep, start, step)
	}
	for r := range rows {
		start[r*step] = int32(at)
		at += s.Gather(dst[at:], src[r*lds:r*lds+cols], base+uint32(r)*baseStep)
		start[r*step+1] = int32(at)
	}
	return at
}
