package kernel

import (
	"fmt"
	"math"

	"dnn/internal/exact"
)

// Sparse is a matrix most of whose elements are zero. Row r has the entries Entries[Start[r*Step]:Start[r*Step+1]]. An
// entry index<<8|byte stands for the element Table[byte] in column index; the indices of a row ascend. If Step is
// larger than 1, each row is cut into several pieces, and the Sparse is one piece of each row.
type Sparse struct {
	Rows    int
	Entries []uint32
	Start   []int32 // where each row's entries start, followed by where they end
	Step    int     // distance in Start from one row to the next
	Table   *[256]float32
}

// Row returns the entries of row r.
func (x Sparse) Row(r int) []uint32 { return x.Entries[x.Start[r*x.Step]:x.Start[r*x.Step+1]] }

// IsEmpty reports whether row r has no entries.
func (x *Sparse) IsEmpty(r int) bool { return x.Start[r*x.Step] == x.Start[r*x.Step+1] }

// run returns how many rows from r on are empty as row r is, or have entries as it has; of the latter, at most most.
func (x *Sparse) run(r, most int) (rows int, empty bool) {
	empty = x.IsEmpty(r)
	for rows = 1; r+rows < x.Rows && x.IsEmpty(r+rows) == empty && (empty || rows < most); {
		rows++
	}
	return rows, empty
}

// Slice returns the rows [lo, hi) of x.
func (x Sparse) Slice(lo, hi int) Sparse {
	if x.Rows = hi - lo; x.Rows > 0 {
		x.Start = x.Start[lo*x.Step:]
	}
	return x
}

// require panics unless x has that many rows, and they lie within its entries. It does not check the indices in
// entries.
func (x *Sparse) require(kernel string, rows int) {
	require(kernel, "start", shape{x.Rows, 2, x.Step, len(x.Start)}, rows, 2)
	if rows == 0 {
		return
	}
	if first, end := x.Start[0], x.Start[(rows-1)*x.Step+1]; first < 0 || int(end) > len(x.Entries) {
		const message = "kernel: %s: x: wanted rows within %d entries, found them from %d to %d"
		panic(fmt.Sprintf(message, kernel, len(x.Entries), first, end))
	}
}

// SparseMul computes Y[rows, cols] = X B, or Y += X B if accumulate is set, for X[rows, k] and B[k, cols]. X's indices
// must be less than k; SparseMul does not check that.
func (s *Set) SparseMul(y Matrix, x Sparse, b Matrix, accumulate bool) {
	require("SparseMul", "y", y.shape(), y.Rows, y.Cols)
	require("SparseMul", "b", b.shape(), b.Rows, y.Cols)
	x.require("SparseMul", y.Rows)
	if y.Rows > 0 && y.Cols > 0 {
		s.sparseMul(y, x, b, accumulate)
	}
}

// ResidentRows returns how many rows of B the first-level cache keeps while SparseMul reads them for many rows of X, if B
// has so many columns. More rows are better multiplied in pieces. It is a large number for sets with which that was not
// measured.
func (s *Set) ResidentRows(cols int) int {
	if s.residentRows == nil {
		return math.MaxInt32
	}
	return s.residentRows(cols)
}

func sparseMul(y Matrix, x Sparse, b Matrix, accumulate bool) {
	for r := range y.Rows {
		out := y.Row(r)
		if !accumulate {
			clear(out)
		}
		for _, e := range x.Row(r) {
			v := x.Table[e&0xff]
			for c, w := range b.Row(int(e >> 8)) {
				out[c] = exact.FMA(v, w, out[c])
			}
		}
	}
}
