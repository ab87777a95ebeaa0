package kernel

// The sets of amd64 are the generated functions, given their operands' numbers and slices, but for the few that take less than a kernel
// may be given.

// The widest panels of columns whose sums the sparse products keep in registers: 8 vectors, and 13.
const (
	panelAVX512 = 8 * 16
	panelAVX2   = 13 * 8
)

// avx512 returns the set of AVX-512. Without VBMI2, which the first CPUs of AVX-512 lack, samples are loaded as avx2 does it.
func avx512(vbmi2 bool) *Set {
	s := &Set{
		Name:           "avx512",
		TileRows:       8,
		TileCols:       32,
		PanelCols:      panelAVX512,
		gemmTile:       gemmTileAVX512,
		sparseMul:      sparseMulBy(panelAVX512, 16, sparseMulAVX512),
		sparseAdam:     sparseAdamInPanels,
		adam:           adamBy(adamAVX512),
		sgd:            towardBy(sgdAVX512),
		decay:          decayBy(decayAVX512),
		lerp:           towardBy(lerpAVX512),
		gather:         gatherRowsBy(gatherAVX512),
		pack:           packAVX512,
		unpack:         unpackBy(unpackAVX512),
		prefetch:       prefetchAVX2,
		transposeBytes: transposeBytesInBlocks,
		transpose:      transposeBy(transposeAVX512),
		warp:           warpBy(16, warpAVX512),
		bias:           biasBy(biasAVX512),
		biasRelu:       biasBy(biasReluAVX512),
		reluGrad:       reluGradBy(reluGradAVX512),
		columnSums:     columnSumsBy(columnSumsAVX512),
		exp:            expAVX512,
		softmax:        wholeSoftmaxBy(softmaxAVX512),
	}
	if !vbmi2 {
		other := avx2()
		s.gather, s.pack, s.unpack = other.gather, other.pack, other.unpack
	}
	return s
}

func avx2() *Set {
	return &Set{
		Name:           "avx2",
		TileRows:       6,
		TileCols:       16,
		PanelCols:      panelAVX2,
		gemmTile:       gemmTileAVX2,
		sparseMul:      sparseMulBy(panelAVX2, 8, sparseMulAVX2),
		adam:           adamBy(adamAVX2),
		sgd:            towardBy(sgdAVX2),
		decay:          decayBy(decayAVX2),
		lerp:           towardBy(lerpAVX2),
		gather:         gatherRowsBy(gatherAVX2),
		prefetch:       prefetchAVX2,
		transposeBytes: transposeBytesInBlocks,
		transpose:      transposeBy(transposeAVX2),
		warp:           warpBy(8, warpAVX2),
		bias:           biasBy(biasAVX2),
		biasRelu:       biasBy(biasReluAVX2),
		reluGrad:       reluGradBy(reluGradAVX2),
		columnSums:     columnSumsBy(columnSumsAVX2),
		exp:            expAVX2,
		softmax:        wholeSoftmaxBy(softmaxAVX2),
	}
}

// panelWidth returns into how wide panels columns are cut: as few as possible of at most panel columns, all but the last
// of the same number of whole vectors of the given lanes.
func panelWidth(cols, panel, lanes int) int {
	panels := (cols + panel - 1) / panel
	return ((cols+panels-1)/panels + lanes - 1) / lanes * lanes
}

type sparseMulFunc = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool)

// sparseMulBy returns SparseMul, given one that takes no more columns than fit into a panel.
func sparseMulBy(panel, lanes int, f sparseMulFunc) func(y Matrix, x Sparse, b Matrix, accumulate bool) {
	return func(y Matrix, x Sparse, b Matrix, accumulate bool) {
		width := panelWidth(y.Cols, panel, lanes)
		for c := 0; c < y.Cols; c += width {
			from, cols := b.Data[min(c, len(b.Data)):], min(width, y.Cols-c)
			f(y.Rows, cols, x.Entries, x.Start, x.Step, x.Table, from, b.Stride, y.Data[c:], y.Stride, accumulate)
		}
	}
}

// sparseAdamInPanels gives the assembly no more columns than fit into a panel.
func sparseAdamInPanels(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) {
	width := panelWidth(p.Cols, panelAVX512, 16)
	for c := 0; c < p.Cols; c += width {
		sparseAdamAVX512(p.Rows, min(width, p.Cols-c), x.Entries, x.Start, x.Step, x.Table, b.Data[min(c, len(b.Data)):], b.Stride,
			p.Data[c:], m.Data[c:], v.Data[c:], p.Stride, a.Alpha, a.C1, a.C2, a.Epsilon, uint8(which))
	}
}

type adamFunc = func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, alpha, c1, c2, epsilon float32)

func adamBy(f adamFunc) func(p, m, v, g Matrix, a AdamStep) {
	return func(p, m, v, g Matrix, a AdamStep) {
		f(p.Rows, p.Cols, p.Data, m.Data, v.Data, p.Stride, g.Data, g.Stride, a.Alpha, a.C1, a.C2, a.Epsilon)
	}
}

func decayBy(f func(rows, cols int, p []float32, ldp int, decay, rate float32)) func(p Matrix, decay, rate float32) {
	return func(p Matrix, decay, rate float32) { f(p.Rows, p.Cols, p.Data, p.Stride, decay, rate) }
}

type gatherFunc = func(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, start []int32, step int) int

func gatherRowsBy(f gatherFunc) func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
	return func(x Sparse, at int, src Bytes, base, baseStep uint32) int {
		return f(src.Rows, src.Cols, src.Data, src.Stride, x.Entries, at, base, baseStep, x.Start, x.Step)
	}
}

type unpackFunc = func(order []int32, at []uint32, data []uint8, edges []int32, first, blocks int, dst []uint32, end int, start []int32, dense []uint8, ldd int) int

func unpackBy(f unpackFunc) func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int {
	return func(x Sparse, at int, dense Bytes, p Packed, order []int32, first int) int {
		return f(order, p.At, p.Data, p.Edges, first, x.Step-1, x.Entries, at, x.Start, dense.Data, dense.Stride)
	}
}

// transposeBytesInBlocks leaves what is smaller than a block to the plain loop.
func transposeBytesInBlocks(dst, src Bytes) {
	if src.Rows < 16 || src.Cols < 32 {
		transposeBytes(dst, src)
		return
	}
	transposeBytesAVX2(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride)
}

func transposeBy(f func(rows, cols int, src []float32, lds int, dst []float32, ldd int)) func(dst, src Matrix) {
	return func(dst, src Matrix) { f(src.Rows, src.Cols, src.Data, src.Stride, dst.Data, dst.Stride) }
}

type warpFunc = func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8)

// warpBy returns Warp, given one for vectors of that many points. It leaves images narrower than a strip, those so
// large that a float32 cannot count their pixels, and few points to the plain loop.
func warpBy(lanes int, f warpFunc) func(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
	return func(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
		if src.Rows == 0 || src.Cols < 16 || len(x) < lanes || WarpPairs(src.Rows, src.Cols) > 1<<24 {
			warp(dst, src, pairs, x, y)
			return
		}
		f(src.Rows, src.Cols, src.Data, pairs, x, y, dst)
	}
}

type softmaxFunc = func(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32)

func wholeSoftmaxBy(f softmaxFunc) func(z Matrix, largest, sums []float32, best []int32) {
	return func(z Matrix, largest, sums []float32, best []int32) {
		f(z.Rows, z.Cols, z.Data, z.Stride, largest, sums, best)
	}
}
