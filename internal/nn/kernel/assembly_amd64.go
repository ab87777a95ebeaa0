package kernel

// The sets of amd64 call the generated functions, which take sizes and slices instead of operands. Some functions
// cannot do all that a kernel must; the plain Go code then does the rest.

// The most columns whose sums the sparse products keep in registers: 13 vectors of AVX2; 8 of AVX-512, or 10 if that is
// all of them. More would leave the first-level cache no room for the rows of B.
const (
	panelAVX512  = 8 * 16
	widestAVX512 = 10 * 16
	panelAVX2    = 13 * 8
)

// avx512 returns the set of AVX-512. Without VBMI2, which the first CPUs with AVX-512 lack, it gathers and packs as avx2 does.
func avx512(vbmi2 bool) *Set {
	s := &Set{
		Name:        "avx512",
		TileRows:    12,
		TileCols:    32,
		PanelCols:   panelAVX512,
		WidestPanel: widestAVX512,
		gemmTile:    gemmTileAVX512,
		sparseMul:   sparseMulBy(sparseMulAVX512, widestAVX512, 16),
		sparseAdam:  sparseAdamInAVX512,
		gather: func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
			return gatherAVX512(src.Rows, src.Cols, src.Data, src.Stride,
				x.Entries, at, base, baseStep, x.Start, x.Step)
		},
		pack: packAVX512,
		unpack: func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int {
			return unpackAVX512(order, p.At, p.Data, p.Edges, first, x.Step-1,
				x.Entries, at, x.Start, dense.Data, dense.Stride)
		},
		prefetch:       prefetchAVX2,
		transposeBytes: transposeBytesInBlocks,
		transpose: func(dst, src Matrix) {
			transposeAVX512(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
		},
		copyRows: func(dst, src Matrix) {
			copyRowsAVX512(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
		},
		warp:       warpBy(warpAVX512, 16),
		columnSums: func(dst []float32, x Matrix) { columnSumsAVX512(x.Rows, x.Cols, x.Data, x.Stride, dst) },
		softmax: func(z Matrix, largest, sums []float32, best []int32) {
			softmaxAVX512(z.Rows, z.Cols, z.Data, z.Stride, largest, sums, best)
		},
		elementwiseKernels: &elementwiseAVX512,
	}
	if !vbmi2 {
		other := avx2()
		s.gather, s.pack, s.unpack = other.gather, other.pack, other.unpack
	}
	return s
}

func avx2() *Set {
	return &Set{
		Name:         "avx2",
		TileRows:     6,
		TileCols:     16,
		PanelCols:    panelAVX2,
		gemmTile:     gemmTileAVX2,
		sparseMul:    sparseMulBy(sparseMulAVX2, panelAVX2, 8),
		sparseAdam:   sparseAdamInAVX2,
		residentRows: residentInAVX2,
		gather: func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
			return gatherAVX2(src.Rows, src.Cols, src.Data, src.Stride, x.Entries, at, base, baseStep, x.Start, x.Step)
		},
		pack: packAVX2,
		unpack: func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int {
			return unpackAVX2(order, p.At, p.Data, p.Edges, first, x.Step-1,
				x.Entries, at, x.Start, dense.Data, dense.Stride)
		},
		prefetch:       prefetchAVX2,
		transposeBytes: transposeBytesInBlocks,
		transpose: func(dst, src Matrix) {
			transposeAVX2(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
		},
		copyRows: func(dst, src Matrix) {
			if src.Cols%8 != 0 { // VMASKMOVPS is a slow store on some CPUs
				copyRows(dst, src)
				return
			}
			copyRowsAVX2(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
		},
		warp:       warpBy(warpAVX2, 8),
		columnSums: func(dst []float32, x Matrix) { columnSumsAVX2(x.Rows, x.Cols, x.Data, x.Stride, dst) },
		softmax: func(z Matrix, largest, sums []float32, best []int32) {
			softmaxAVX2(z.Rows, z.Cols, z.Data, z.Stride, largest, sums, best)
		},
		elementwiseKernels: &elementwiseAVX2,
	}
}

// panelWidth returns the width of panels that cut cols >= 1 columns: as few as possible, of at most panel columns, and
// all but the last of the same width, a multiple of lanes.
func panelWidth(cols, panel, lanes int) int {
	panels := (cols + panel - 1) / panel
	return ((cols+panels-1)/panels + lanes - 1) / lanes * lanes
}

// sparseMulBy returns a Set's sparseMul, made of assembly that computes one panel.
func sparseMulBy(
	panel func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int,
		y []float32, ldy int, accumulate bool), most, lanes int,
) func(y Matrix, x Sparse, b Matrix, accumulate bool) {
	return func(y Matrix, x Sparse, b Matrix, accumulate bool) {
		width := panelWidth(y.Cols, most, lanes)
		for c := 0; c < y.Cols; c += width {
			panel(y.Rows, min(width, y.Cols-c), x.Entries, x.Start, x.Step, x.Table,
				b.Data[min(c, len(b.Data)):], b.Stride, y.Data[c:], y.Stride, accumulate)
		}
	}
}

// sparseAdamInAVX512 calls the assembly for one panel after the other.
func sparseAdamInAVX512(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) {
	width := panelWidth(p.Cols, panelAVX512, 16)
	for c := 0; c < p.Cols; c += width {
		from, cols := b.Data[min(c, len(b.Data)):], min(width, p.Cols-c)
		sparseAdamAVX512(p.Rows, cols, x.Entries, x.Start, x.Step, x.Table, from, b.Stride,
			p.Data[c:], m.Data[c:], v.Data[c:], p.Stride, a.Alpha, a.C1, a.C2, a.Epsilon, uint8(which))
	}
}

// sparseAdamInAVX2 computes the gradient of runs of rows that have entries, a block at a time. Other rows need none.
func sparseAdamInAVX2(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) {
	var gradient [BlockElements]float32
	scalars, rests := [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, a.restsAtZero()
	width := panelWidth(p.Cols, panelAVX2, 8)
	most := len(gradient) / width
	strides := [7]int{4 * p.Stride, 4 * p.Stride, 4 * p.Stride, 4 * width}
	for c := 0; c < p.Cols; c += width {
		from, cols := b.Data[min(c, len(b.Data)):], min(width, p.Cols-c)
		for r := 0; r < x.Rows; {
			rows, empty := x.run(r, most)
			first := r*p.Stride + c
			data := [7]*float32{&p.Data[first], &m.Data[first], &v.Data[first], &gradient[0]}
			switch {
			case empty && which&EmptyRows == 0 || !empty && which&FilledRows == 0:
			case empty && rests:
				adamIdleAVX2(rows, cols, data, strides, scalars)
			default:
				sparseMulAVX2(rows, cols, x.Entries, x.Start[r*x.Step:], x.Step, x.Table, from, b.Stride,
					gradient[:], width, false)
				adamAVX2(rows, cols, data, strides, scalars) // not by Adam, for which the gradient had to be on the heap
			}
			r += rows
		}
	}
}

// residentInAVX2 counts the rows of a panel that fill 28 KB of a first-level cache, which often has 32.
func residentInAVX2(cols int) int {
	const cache, line = 28 << 10, 64
	return cache / ((4*panelWidth(cols, panelAVX2, 8) + line - 1) / line * line)
}

// transposeBytesInBlocks leaves a matrix that is smaller than a block to the plain loop.
func transposeBytesInBlocks(dst, src Bytes) {
	if src.Rows < 16 || src.Cols < 32 {
		transposeBytes(dst, src)
		return
	}
	transposeBytesAVX2(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
}

// warpBy returns a Set's warp, made of assembly. It leaves images narrower than a strip to the plain loop, those with too
// many pixels to count in a float32, and fewer points than a vector has lanes.
func warpBy(
	assembly func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8), lanes int,
) func(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
	return func(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
		if src.Rows == 0 || src.Cols < 16 || len(x) < lanes || WarpPairs(src.Rows, src.Cols) > 1<<24 {
			warp(dst, src, pairs, x, y)
			return
		}
		assembly(src.Rows, src.Cols, src.Data, pairs, x, y, dst)
	}
}
