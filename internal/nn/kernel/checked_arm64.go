package kernel

import "fmt"

// checked returns the set s with each kernel checking that its slices hold what the shapes say, once a call: beyond the
// end of a slice assembly reads and writes whatever is there. The indices in the entries of a sparse matrix are trusted.
func checked(s *Set) *Set {
	c := *s
	c.GemmTile = func(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, out []float32, ldc int, accumulate bool) {
		if rows < 1 || cols < 1 || rows > s.TileRows || cols > s.TileCols {
			panic(fmt.Sprintf("kernel: GemmTile: a tile of %d x %d", rows, cols))
		}
		if k > 0 && (rs < 0 || cs < 0 || len(a) <= (rows-1)*rs+(k-1)*cs) {
			panic(fmt.Sprintf("kernel: GemmTile: %d x %d with strides %d and %d need more than %d elements", rows, k, rs, cs, len(a)))
		}
		require("GemmTile", b, k, cols, ldb)
		require("GemmTile", out, rows, cols, ldc)
		s.GemmTile(rows, cols, k, a, rs, cs, b, ldb, out, ldc, accumulate)
	}
	c.SparseMul = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool) {
		require("SparseMul", start, rows, 2, step)
		require("SparseMul", y, rows, cols, ldy)
		if rows > 0 {
			if first, end := start[0], start[(rows-1)*step+1]; first < 0 || int(end) > len(entries) {
				panic(fmt.Sprintf("kernel: SparseMul: entries %d to %d of %d", first, end, len(entries)))
			}
		}
		s.SparseMul(rows, cols, entries, start, step, table, b, ldb, y, ldy, accumulate)
	}
	c.Gather = func(dst []uint32, src []uint8, base uint32) int {
		require("Gather", dst, 1, len(src)+GatherSlack, 0)
		return s.Gather(dst, src, base)
	}
	c.TransposeBytes = func(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
		require("TransposeBytes", src, rows, cols, lds)
		require("TransposeBytes", dst, cols, rows, ldd)
		s.TransposeBytes(rows, cols, src, lds, dst, ldd)
	}
	c.Transpose = func(rows, cols int, src []float32, lds int, dst []float32, ldd int) {
		require("Transpose", src, rows, cols, lds)
		require("Transpose", dst, cols, rows, ldd)
		s.Transpose(rows, cols, src, lds, dst, ldd)
	}
	c.Bias = func(rows, cols int, y []float32, ldy int, bias []float32) {
		require("Bias", y, rows, cols, ldy)
		require("Bias", bias, 1, cols, 0)
		s.Bias(rows, cols, y, ldy, bias)
	}
	c.BiasRelu = func(rows, cols int, y []float32, ldy int, bias []float32) {
		require("BiasRelu", y, rows, cols, ldy)
		require("BiasRelu", bias, 1, cols, 0)
		s.BiasRelu(rows, cols, y, ldy, bias)
	}
	c.ReluGrad = func(rows, cols int, y []float32, ldy int, d []float32, ldd int) {
		require("ReluGrad", y, rows, cols, ldy)
		require("ReluGrad", d, rows, cols, ldd)
		s.ReluGrad(rows, cols, y, ldy, d, ldd)
	}
	c.ColumnSums = func(rows, cols int, x []float32, ldx int, dst []float32) {
		require("ColumnSums", x, rows, cols, ldx)
		require("ColumnSums", dst, 1, cols, 0)
		s.ColumnSums(rows, cols, x, ldx, dst)
	}
	c.Exp = func(dst, src []float32) {
		require("Exp", dst, 1, len(src), 0)
		s.Exp(dst, src)
	}
	c.Adam = func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep) {
		require("Adam", p, rows, cols, ldp)
		require("Adam", m, rows, cols, ldp)
		require("Adam", v, rows, cols, ldp)
		require("Adam", g, rows, cols, ldg)
		s.Adam(rows, cols, p, m, v, ldp, g, ldg, a)
	}
	c.SGD = func(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32) {
		require("SGD", p, rows, cols, ldp)
		require("SGD", g, rows, cols, ldg)
		s.SGD(rows, cols, p, ldp, g, ldg, rate)
	}
	c.Lerp = func(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32) {
		require("Lerp", dst, rows, cols, ldd)
		require("Lerp", src, rows, cols, lds)
		s.Lerp(rows, cols, dst, ldd, src, lds, share)
	}
	return &c
}

// require panics if data ends before rows x cols elements whose rows are ld apart.
func require[T any](kernel string, data []T, rows, cols, ld int) {
	if rows > 0 && cols > 0 && (ld < 0 || len(data) < (rows-1)*ld+cols) {
		panic(fmt.Sprintf("kernel: %s: %d x %d with rows %d apart need more than %d elements", kernel, rows, cols, ld, len(data)))
	}
}
