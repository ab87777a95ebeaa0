package kernel

import (
	"fmt"
	"math"
)

// checked returns the set s with every kernel looking first, once a call, whether its slices hold what the shapes say:
// beyond the end of a slice assembly reads and writes whatever is there. A wrong shape is a mistake in the program, and a
// panic names the kernel, the argument and the shape. Kernels that have nothing to do are not called, so that assembly may
// count on at least one row and one column. The indices in the entries of a sparse matrix and
// the bits of packed samples are trusted.
//
// GatherRows, which is a method, checks its arguments itself; Prefetch harms nothing.
func checked(s *Set) *Set {
	if s.PanelCols < 1 {
		panic("kernel: " + s.Name + ": PanelCols is missing")
	}
	c := *s
	c.GemmTile = func(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, out []float32, ldc int, accumulate bool) {
		if rows < 1 || cols < 1 || k < 0 || cols > s.TileCols {
			panic(fmt.Sprintf("kernel: GemmTile: a tile of %d x %d with k = %d; the most columns are %d", rows, cols, k, s.TileCols))
		}
		if k > 0 && (rs < 0 || cs < 0 || len(a) <= (rows-1)*rs+(k-1)*cs) {
			panic(fmt.Sprintf("kernel: GemmTile: a: %d x %d with strides %d and %d is more than %d elements", rows, k, rs, cs, len(a)))
		}
		require("GemmTile", "b", len(b), k, cols, ldb)
		require("GemmTile", "c", len(out), rows, cols, ldc)
		s.GemmTile(rows, cols, k, a, rs, cs, b, ldb, out, ldc, accumulate)
	}
	c.SparseMul = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool) {
		require("SparseMul", "y", len(y), rows, cols, ldy)
		if rows == 0 || cols == 0 {
			return
		}
		requireEntries("SparseMul", rows, cols, len(entries), start, step)
		s.SparseMul(rows, cols, entries, start, step, table, b, ldb, y, ldy, accumulate)
	}
	c.Gather = func(dst []uint32, src []uint8, base uint32) int {
		require("Gather", "dst", len(dst), 1, len(src)+GatherSlack, 0)
		return s.Gather(dst, src, base)
	}
	c.TransposeBytes = func(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
		require("TransposeBytes", "src", len(src), rows, cols, lds)
		require("TransposeBytes", "dst", len(dst), cols, rows, ldd)
		if rows > 0 && cols > 0 {
			s.TransposeBytes(rows, cols, src, lds, dst, ldd)
		}
	}
	c.Transpose = func(rows, cols int, src []float32, lds int, dst []float32, ldd int) {
		require("Transpose", "src", len(src), rows, cols, lds)
		require("Transpose", "dst", len(dst), cols, rows, ldd)
		if rows > 0 && cols > 0 {
			s.Transpose(rows, cols, src, lds, dst, ldd)
		}
	}
	c.Bias = checkedBias("Bias", s.Bias)
	c.BiasRelu = checkedBias("BiasRelu", s.BiasRelu)
	c.ReluGrad = func(rows, cols int, y []float32, ldy int, d []float32, ldd int) {
		require("ReluGrad", "y", len(y), rows, cols, ldy)
		require("ReluGrad", "d", len(d), rows, cols, ldd)
		if rows > 0 && cols > 0 {
			s.ReluGrad(rows, cols, y, ldy, d, ldd)
		}
	}
	c.ColumnSums = func(rows, cols int, x []float32, ldx int, dst []float32) {
		require("ColumnSums", "x", len(x), rows, cols, ldx)
		require("ColumnSums", "dst", len(dst), 1, cols, 0)
		if cols > 0 {
			s.ColumnSums(rows, cols, x, ldx, dst)
		}
	}
	if s.Pack != nil {
		c.Pack = func(edges []int32, src []uint8, dst []uint8) int {
			blocks := requireEdges("Pack", edges, len(src))
			require("Pack", "dst", len(dst), 1, PackedSize(int(edges[blocks]-edges[0]), blocks)+PackedSlack, 0)
			return s.Pack(edges, src, dst)
		}
		c.Unpack = func(order []int32, at []uint32, data []uint8, edges []int32, first, blocks int, dst []uint32, end int, start []int32, dense []uint8, ldd int) int {
			if len(order) == 0 {
				return end
			}
			last := requireEdges("Unpack", edges, math.MaxInt32)
			if first < 0 || blocks < 0 || first+blocks > last || end < 0 {
				panic(fmt.Sprintf("kernel: Unpack: blocks %d to %d of %d, from entry %d", first, first+blocks, last, end))
			}
			for _, i := range order {
				require("Unpack", "data", len(data), 1, int(at[i])+packedWords*last+PackedSlack, 0)
			}
			features := int(edges[first+blocks] - edges[first])
			require("Unpack", "dst", len(dst), 1, end+len(order)*features+GatherSlack, 0)
			require("Unpack", "start", len(start), len(order), blocks+1, blocks+1)
			require("Unpack", "dense", len(dense), len(order), features, ldd)
			return s.Unpack(order, at, data, edges, first, blocks, dst, end, start, dense, ldd)
		}
	}
	c.Exp = func(dst, src []float32) {
		require("Exp", "dst", len(dst), 1, len(src), 0)
		s.Exp(dst, src)
	}
	c.Softmax = func(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32) {
		require("Softmax", "z", len(z), rows, cols, ldz)
		require("Softmax", "largest", len(largest), 1, cols, 0)
		require("Softmax", "sums", len(sums), 1, cols, 0)
		require("Softmax", "best", len(best), 1, cols, 0)
		if rows > 0 && cols > 0 {
			s.Softmax(rows, cols, z, ldz, largest, sums, best)
		}
	}
	c.Adam = func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep) {
		require("Adam", "p", len(p), rows, cols, ldp)
		require("Adam", "m", len(m), rows, cols, ldp)
		require("Adam", "v", len(v), rows, cols, ldp)
		require("Adam", "g", len(g), rows, cols, ldg)
		if rows > 0 && cols > 0 {
			s.Adam(rows, cols, p, m, v, ldp, g, ldg, a)
		}
	}
	if s.SparseAdam != nil {
		c.SparseAdam = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows) {
			require("SparseAdam", "p", len(p), rows, cols, ldp)
			require("SparseAdam", "m", len(m), rows, cols, ldp)
			require("SparseAdam", "v", len(v), rows, cols, ldp)
			if rows == 0 || cols == 0 {
				return
			}
			requireEntries("SparseAdam", rows, cols, len(entries), start, step)
			s.SparseAdam(rows, cols, entries, start, step, table, b, ldb, p, m, v, ldp, a, which)
		}
	}
	c.SGD = func(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32) {
		require("SGD", "p", len(p), rows, cols, ldp)
		require("SGD", "g", len(g), rows, cols, ldg)
		if rows > 0 && cols > 0 {
			s.SGD(rows, cols, p, ldp, g, ldg, rate)
		}
	}
	c.Decay = func(rows, cols int, p []float32, ldp int, decay, rate float32) {
		require("Decay", "p", len(p), rows, cols, ldp)
		if rows > 0 && cols > 0 {
			s.Decay(rows, cols, p, ldp, decay, rate)
		}
	}
	c.Lerp = func(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32) {
		require("Lerp", "dst", len(dst), rows, cols, ldd)
		require("Lerp", "src", len(src), rows, cols, lds)
		if rows > 0 && cols > 0 {
			s.Lerp(rows, cols, dst, ldd, src, lds, share)
		}
	}
	c.Warp = func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8) {
		require("Warp", "src", len(src), rows, cols, cols)
		if pairs != nil || s.Name != "generic" { // the plain loop has no use for them
			require("Warp", "pairs", len(pairs), 1, WarpPairs(rows, cols), 0)
		}
		require("Warp", "y", len(y), 1, len(x), 0)
		require("Warp", "dst", len(dst), 1, len(x), 0)
		s.Warp(rows, cols, src, pairs, x, y, dst)
	}
	return &c
}

func checkedBias(name string, bias func(rows, cols int, y []float32, ldy int, bias []float32)) func(rows, cols int, y []float32, ldy int, bias []float32) {
	return func(rows, cols int, y []float32, ldy int, b []float32) {
		require(name, "y", len(y), rows, cols, ldy)
		require(name, "bias", len(b), 1, cols, 0)
		if rows > 0 && cols > 0 {
			bias(rows, cols, y, ldy, b)
		}
	}
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

// requireEntries panics if the rows of a sparse matrix do not lie within its n entries.
func requireEntries(kernel string, rows, cols, n int, start []int32, step int) {
	require(kernel, "start", len(start), rows, 2, step)
	if first, end := start[0], start[(rows-1)*step+1]; first < 0 || int(end) > n {
		panic(fmt.Sprintf("kernel: %s: %d x %d from entries %d to %d of %d", kernel, rows, cols, first, end, n))
	}
}

// require panics if n elements end before rows x cols of them do, whose rows are ld apart.
func require(kernel, argument string, n, rows, cols, ld int) {
	if rows < 0 || cols < 0 || rows > 0 && cols > 0 && (ld < 0 || n < (rows-1)*ld+cols) {
		refuse(kernel, argument, n, rows, cols, ld)
	}
}

// refuse is apart from require, so that the latter is short enough to be inlined.
func refuse(kernel, argument string, n, rows, cols, ld int) {
	panic(fmt.Sprintf("kernel: %s: %s: %d x %d with rows %d apart is more than %d elements", kernel, argument, rows, cols, ld, n))
}
