package kernel

import (
	"fmt"
	"unsafe"
)

// assembly is the kernels of one instruction set as they were generated: with pointers, and with the limits that the
// comments of their declarations name. Its methods are those of a Set: they check what they are given, once a call, since
// beyond the end of a slice the assembly would read and write whatever is there.
type assembly struct {
	tileRows int // the largest tile that gemmTile computes
	tileCols int
	lanes    int // float32 in a vector
	panel    int // the most columns that sparseMul takes

	gemmTile       func(rows, cols, k int, a *float32, rs, cs int, b *float32, ldb int, c *float32, ldc int, accumulate bool)
	sparseMul      func(rows, cols int, entries *uint32, start *int32, step int, table, b *float32, ldb int, y *float32, ldy int, accumulate bool)
	gather         func(rows, cols int, src *uint8, lds int, dst *uint32, at int, base, baseStep uint32, start *int32, step int) (end int)
	transposeBytes func(rows, cols int, src *uint8, lds int, dst *uint8, ldd int)
	transpose      func(rows, cols int, src *float32, lds int, dst *float32, ldd int)
	warp           func(rows, cols int, src *uint8, pairs *uint16, x, y *float32, dst *uint8, n int)
	bias, biasRelu func(rows, cols int, y *float32, ldy int, bias *float32)
	reluGrad       func(rows, cols int, y *float32, ldy int, d *float32, ldd int)
	columnSums     func(rows, cols int, x *float32, ldx int, dst *float32)
	exp            func(dst, src *float32, n int)
	adam           func(rows, cols int, p, m, v *float32, ldp int, g *float32, ldg int, alpha, c1, c2, epsilon float32)
	sgd            func(rows, cols int, p *float32, ldp int, g *float32, ldg int, rate float32)
	lerp           func(rows, cols int, dst *float32, ldd int, src *float32, lds int, share float32)
}

func avx512() *Set {
	a := &assembly{
		tileRows:       8,
		tileCols:       32,
		lanes:          16,
		panel:          128,
		gemmTile:       gemmTileAVX512,
		sparseMul:      sparseMulAVX512,
		gather:         gatherAVX512,
		transposeBytes: transposeBytesAVX2,
		transpose:      transposeAVX512,
		warp:           warpAVX512,
		bias:           biasAVX512,
		biasRelu:       biasReluAVX512,
		reluGrad:       reluGradAVX512,
		columnSums:     columnSumsAVX512,
		exp:            expAVX512,
		adam:           adamAVX512,
		sgd:            sgdAVX512,
		lerp:           lerpAVX512,
	}
	return a.set("avx512")
}

func avx2() *Set {
	a := &assembly{
		tileRows:       6,
		tileCols:       16,
		lanes:          8,
		panel:          104,
		gemmTile:       gemmTileAVX2,
		sparseMul:      sparseMulAVX2,
		gather:         gatherAVX2,
		transposeBytes: transposeBytesAVX2,
		transpose:      transposeAVX2,
		warp:           warpAVX2,
		bias:           biasAVX2,
		biasRelu:       biasReluAVX2,
		reluGrad:       reluGradAVX2,
		columnSums:     columnSumsAVX2,
		exp:            expAVX2,
		adam:           adamAVX2,
		sgd:            sgdAVX2,
		lerp:           lerpAVX2,
	}
	return a.set("avx2")
}

func (a *assembly) set(name string) *Set {
	return &Set{
		Name:           name,
		TileRows:       a.tileRows,
		TileCols:       a.tileCols,
		GemmTile:       a.GemmTile,
		SparseMul:      a.SparseMul,
		Gather:         a.Gather,
		gatherRows:     a.gatherMany,
		prefetch:       func(b []uint8) { prefetchAVX2(unsafe.SliceData(b), len(b)) },
		TransposeBytes: a.TransposeBytes,
		Transpose:      a.Transpose,
		Warp:           a.Warp,
		Bias:           a.Bias,
		BiasRelu:       a.BiasRelu,
		ReluGrad:       a.ReluGrad,
		ColumnSums:     a.ColumnSums,
		Exp:            a.Exp,
		Adam:           a.Adam,
		SGD:            a.SGD,
		Lerp:           a.Lerp,
	}
}

// matrix returns where rows x cols elements of data begin whose rows are ld apart. It panics if data ends before them.
func matrix[T any](kernel string, data []T, rows, cols, ld int) *T {
	if rows > 0 && cols > 0 && (ld < 0 || len(data) < (rows-1)*ld+cols) {
		panic(fmt.Sprintf("kernel: %s: %d x %d with rows %d apart need more than %d elements", kernel, rows, cols, ld, len(data)))
	}
	return unsafe.SliceData(data)
}

func (a *assembly) GemmTile(rows, cols, k int, x []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	if rows < 1 || cols < 1 || rows > a.tileRows || cols > a.tileCols {
		panic(fmt.Sprintf("kernel: GemmTile: a tile of %d x %d", rows, cols))
	}
	if k > 0 && (rs < 0 || cs < 0 || len(x) <= (rows-1)*rs+(k-1)*cs) {
		panic(fmt.Sprintf("kernel: GemmTile: %d x %d with strides %d and %d need more than %d elements", rows, k, rs, cs, len(x)))
	}
	a.gemmTile(rows, cols, k, unsafe.SliceData(x), rs, cs, matrix("GemmTile", b, k, cols, ldb), ldb, matrix("GemmTile", c, rows, cols, ldc), ldc, accumulate)
}

// SparseMul cuts the columns into panels of like widths. It trusts the indices of the entries.
func (a *assembly) SparseMul(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool) {
	if rows == 0 || cols == 0 {
		return
	}
	matrix("SparseMul", start, rows, 2, step)
	matrix("SparseMul", y, rows, cols, ldy)
	if first, end := start[0], start[(rows-1)*step+1]; first < 0 || int(end) > len(entries) {
		panic(fmt.Sprintf("kernel: SparseMul: entries %d to %d of %d", first, end, len(entries)))
	}
	panels := (cols + a.panel - 1) / a.panel
	width := ((cols+panels-1)/panels + a.lanes - 1) / a.lanes * a.lanes
	for c := 0; c < cols; c += width {
		a.sparseMul(rows, min(width, cols-c), unsafe.SliceData(entries), unsafe.SliceData(start), step, &table[0], unsafe.SliceData(b[min(c, len(b)):]), ldb, &y[c], ldy, accumulate)
	}
}

func (a *assembly) Gather(dst []uint32, src []uint8, base uint32) int {
	to := matrix("Gather", dst, 1, len(src)+GatherSlack, 0)
	return a.gather(1, len(src), unsafe.SliceData(src), 0, to, 0, base, 0, nil, 0)
}

func (a *assembly) gatherMany(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, start []int32, step int) int {
	const name = "GatherRows"
	matrix(name, dst, 1, at+rows*cols+GatherSlack, 0)
	return a.gather(rows, cols, matrix(name, src, rows, cols, lds), lds, unsafe.SliceData(dst), at, base, baseStep, matrix(name, start, rows, 2, step), step)
}

// TransposeBytes leaves what is smaller than a block to the plain loop.
func (a *assembly) TransposeBytes(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
	if rows < 16 || cols < 32 {
		transposeBytes(rows, cols, src, lds, dst, ldd)
		return
	}
	a.transposeBytes(rows, cols, matrix("TransposeBytes", src, rows, cols, lds), lds, matrix("TransposeBytes", dst, cols, rows, ldd), ldd)
}

func (a *assembly) Transpose(rows, cols int, src []float32, lds int, dst []float32, ldd int) {
	if rows == 0 || cols == 0 {
		return
	}
	a.transpose(rows, cols, matrix("Transpose", src, rows, cols, lds), lds, matrix("Transpose", dst, cols, rows, ldd), ldd)
}

// Warp leaves images narrower than a strip, those so large that a float32 cannot count their pixels, and few points to the
// plain loop.
func (a *assembly) Warp(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8) {
	if rows == 0 || cols < 16 || len(x) < a.lanes || WarpPairs(rows, cols) > 1<<24 {
		warp(rows, cols, src, pairs, x, y, dst)
		return
	}
	const name = "Warp"
	a.warp(rows, cols, matrix(name, src, rows, cols, cols), matrix(name, pairs, 1, WarpPairs(rows, cols), 0),
		unsafe.SliceData(x), matrix(name, y, 1, len(x), 0), matrix(name, dst, 1, len(x), 0), len(x))
}

func (a *assembly) Bias(rows, cols int, y []float32, ldy int, bias []float32) {
	if rows == 0 || cols == 0 {
		return
	}
	a.bias(rows, cols, matrix("Bias", y, rows, cols, ldy), ldy, matrix("Bias", bias, 1, cols, 0))
}

func (a *assembly) BiasRelu(rows, cols int, y []float32, ldy int, bias []float32) {
	if rows == 0 || cols == 0 {
		return
	}
	a.biasRelu(rows, cols, matrix("BiasRelu", y, rows, cols, ldy), ldy, matrix("BiasRelu", bias, 1, cols, 0))
}

func (a *assembly) ReluGrad(rows, cols int, y []float32, ldy int, d []float32, ldd int) {
	if rows == 0 || cols == 0 {
		return
	}
	a.reluGrad(rows, cols, matrix("ReluGrad", y, rows, cols, ldy), ldy, matrix("ReluGrad", d, rows, cols, ldd), ldd)
}

func (a *assembly) ColumnSums(rows, cols int, x []float32, ldx int, dst []float32) {
	if cols == 0 {
		return
	}
	a.columnSums(rows, cols, matrix("ColumnSums", x, rows, cols, ldx), ldx, matrix("ColumnSums", dst, 1, cols, 0))
}

func (a *assembly) Exp(dst, src []float32) {
	a.exp(matrix("Exp", dst, 1, len(src), 0), unsafe.SliceData(src), len(src))
}

func (a *assembly) Adam(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, step AdamStep) {
	if rows == 0 || cols == 0 {
		return
	}
	a.adam(rows, cols, matrix("Adam", p, rows, cols, ldp), matrix("Adam", m, rows, cols, ldp), matrix("Adam", v, rows, cols, ldp), ldp,
		matrix("Adam", g, rows, cols, ldg), ldg, step.Alpha, step.C1, step.C2, step.Epsilon)
}

func (a *assembly) SGD(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32) {
	if rows == 0 || cols == 0 {
		return
	}
	a.sgd(rows, cols, matrix("SGD", p, rows, cols, ldp), ldp, matrix("SGD", g, rows, cols, ldg), ldg, rate)
}

func (a *assembly) Lerp(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32) {
	if rows == 0 || cols == 0 {
		return
	}
	a.lerp(rows, cols, matrix("Lerp", dst, rows, cols, ldd), ldd, matrix("Lerp", src, rows, cols, lds), lds, share)
}
