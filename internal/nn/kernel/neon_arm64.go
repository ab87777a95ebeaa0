package kernel

// assembly returns the kernels in assembly that this CPU can run.
func assembly() []*Set { return []*Set{neon()} }

// neon returns the kernels in NEON, which every arm64 processor has. The products, the optimizers and everything that
// runs over whole batches are assembly; what is left in Go here only cuts its input into pieces that the assembly takes.
func neon() *Set {
	return &Set{
		Name:      "neon",
		TileRows:  8,
		TileCols:  12,
		PanelCols: 128,
		gemmTile:  tileByTile,
		sparseMul: func(y Matrix, x Sparse, b Matrix, accumulate bool) {
			sparseMulNEON(y.Rows, y.Cols, x.Entries, x.Start, x.Step, x.Table, b.Data, b.Stride, y.Data, y.Stride, accumulate)
		},
		adam: func(p, m, v, g Matrix, a AdamStep) {
			adamNEON(p.Rows, p.Cols, p.Data, m.Data, v.Data, p.Stride, g.Data, g.Stride, a)
		},
		sgd:            towardBy(sgdNEON),
		decay:          decayRows,
		lerp:           towardBy(lerpNEON),
		gather:         gatherBy(gatherNEON),
		transposeBytes: transposeBytesNEON,
		transpose:      transposeNEON,
		warp:           warp,
		bias:           biasBy(biasNEON),
		biasRelu:       biasBy(biasReluNEON),
		reluGrad:       reluGradBy(reluGradNEON),
		columnSums:     columnSumsBy(columnSumsNEON),
		exp:            expNEON,
		softmax:        softmaxBy(expNEON),
	}
}

// tileByTile is gemmTile by gemmTileNEON, which makes a single tile.
func tileByTile(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	const tileRows = 8
	for i := 0; i < rows; i += tileRows {
		gemmTileNEON(min(tileRows, rows-i), cols, k, a[min(i*rs, len(a)):], rs, cs, b, ldb, c[i*ldc:], ldc, accumulate)
	}
}

//go:noescape
func gemmTileNEON(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool)

//go:noescape
func sparseMulNEON(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool)

//go:noescape
func gatherNEON(dst []uint32, src []uint8, base uint32) int

//go:noescape
func biasNEON(rows, cols int, y []float32, ldy int, bias []float32)

//go:noescape
func biasReluNEON(rows, cols int, y []float32, ldy int, bias []float32)

//go:noescape
func reluGradNEON(rows, cols int, y []float32, ldy int, d []float32, ldd int)

//go:noescape
func columnSumsNEON(rows, cols int, x []float32, ldx int, dst []float32)

//go:noescape
func expNEON(dst, src []float32)

//go:noescape
func adamNEON(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep)

//go:noescape
func sgdNEON(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32)

//go:noescape
func lerpNEON(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)
