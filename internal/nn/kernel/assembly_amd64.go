package kernel

// The sets of amd64 are the generated functions as they are, but for the few that take less than a kernel may be given.

// The widest panels of columns whose sums the sparse products keep in registers: 8 vectors, and 13.
const (
	panelAVX512 = 8 * 16
	panelAVX2   = 13 * 8
)

// avx512 returns the set of AVX-512. Without VBMI2, which the first CPUs of AVX-512 lack, samples are loaded as avx2 does it.
func avx512(vbmi2 bool) *Set {
	s := &Set{
		Name:      "avx512",
		TileRows:  8,
		TileCols:  32,
		GemmTile:  gemmTileAVX512,
		PanelCols: panelAVX512,
		SparseMul: inPanels(panelAVX512, 16, sparseMulAVX512),
		Gather: func(dst []uint32, src []uint8, base uint32) int {
			return gatherAVX512(1, len(src), src, 0, dst, 0, base, 0, nil, 0)
		},
		gatherRows:     gatherAVX512,
		Pack:           packAVX512,
		Unpack:         unpackAVX512,
		prefetch:       prefetchAVX2,
		TransposeBytes: transposeBytesInBlocks,
		Transpose:      transposeAVX512,
		Bias:           biasAVX512,
		BiasRelu:       biasReluAVX512,
		ReluGrad:       reluGradAVX512,
		ColumnSums:     columnSumsAVX512,
		Exp:            expAVX512,
		Softmax:        softmaxAVX512,
		Adam: func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep) {
			adamAVX512(rows, cols, p, m, v, ldp, g, ldg, a.Alpha, a.C1, a.C2, a.Epsilon)
		},
		SparseAdam: inAdamPanels(panelAVX512, 16, func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows) {
			sparseAdamAVX512(rows, cols, entries, start, step, table, b, ldb, p, m, v, ldp, a.Alpha, a.C1, a.C2, a.Epsilon, uint8(which))
		}),
		SGD:   sgdAVX512,
		Decay: decayAVX512,
		Lerp:  lerpAVX512,
		Warp:  warpInVectors(16, warpAVX512),
	}
	if !vbmi2 {
		other := avx2()
		s.Gather, s.gatherRows, s.Pack, s.Unpack = other.Gather, other.gatherRows, other.Pack, other.Unpack
	}
	return s
}

func avx2() *Set {
	return &Set{
		Name:      "avx2",
		TileRows:  6,
		TileCols:  16,
		GemmTile:  gemmTileAVX2,
		PanelCols: panelAVX2,
		SparseMul: inPanels(panelAVX2, 8, sparseMulAVX2),
		Gather: func(dst []uint32, src []uint8, base uint32) int {
			return gatherAVX2(1, len(src), src, 0, dst, 0, base, 0, nil, 0)
		},
		gatherRows:     gatherAVX2,
		prefetch:       prefetchAVX2,
		TransposeBytes: transposeBytesInBlocks,
		Transpose:      transposeAVX2,
		Bias:           biasAVX2,
		BiasRelu:       biasReluAVX2,
		ReluGrad:       reluGradAVX2,
		ColumnSums:     columnSumsAVX2,
		Exp:            expAVX2,
		Softmax:        softmaxAVX2,
		Adam: func(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep) {
			adamAVX2(rows, cols, p, m, v, ldp, g, ldg, a.Alpha, a.C1, a.C2, a.Epsilon)
		},
		SGD:   sgdAVX2,
		Decay: decayAVX2,
		Lerp:  lerpAVX2,
		Warp:  warpInVectors(8, warpAVX2),
	}
}

type (
	sparseMulFunc  = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool)
	sparseAdamFunc = func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows)
)

// panelWidth returns into how wide panels columns are cut: as few as possible of at most panel columns, all but the last
// of the same number of whole vectors of the given lanes.
func panelWidth(cols, panel, lanes int) int {
	panels := (cols + panel - 1) / panel
	return ((cols+panels-1)/panels + lanes - 1) / lanes * lanes
}

// inPanels returns SparseMul, given one that takes no more columns than fit into a panel.
func inPanels(panel, lanes int, sparseMul sparseMulFunc) sparseMulFunc {
	return func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool) {
		width := panelWidth(cols, panel, lanes)
		for c := 0; c < cols; c += width {
			sparseMul(rows, min(width, cols-c), entries, start, step, table, b[min(c, len(b)):], ldb, y[c:], ldy, accumulate)
		}
	}
}

// inAdamPanels returns SparseAdam, given one that takes no more columns than fit into a panel.
func inAdamPanels(panel, lanes int, sparseAdam sparseAdamFunc) sparseAdamFunc {
	return func(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows) {
		width := panelWidth(cols, panel, lanes)
		for c := 0; c < cols; c += width {
			sparseAdam(rows, min(width, cols-c), entries, start, step, table, b[min(c, len(b)):], ldb, p[c:], m[c:], v[c:], ldp, a, which)
		}
	}
}

// transposeBytesInBlocks leaves what is smaller than a block to the plain loop.
func transposeBytesInBlocks(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
	if rows < 16 || cols < 32 {
		transposeBytes(rows, cols, src, lds, dst, ldd)
		return
	}
	transposeBytesAVX2(rows, cols, src, lds, dst, ldd)
}

type warpFunc = func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8)

// warpInVectors returns Warp, given one for vectors of that many points. It leaves images narrower than a strip, those so
// large that a float32 cannot count their pixels, and few points to the plain loop.
func warpInVectors(lanes int, vectors warpFunc) warpFunc {
	return func(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8) {
		if rows == 0 || cols < 16 || len(x) < lanes || WarpPairs(rows, cols) > 1<<24 {
			warp(rows, cols, src, pairs, x, y, dst)
			return
		}
		vectors(rows, cols, src, pairs, x, y, dst)
	}
}
