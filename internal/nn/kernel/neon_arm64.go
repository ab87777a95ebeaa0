package kernel

// assembly returns the sets in assembly that this CPU can run.
func assembly() []*Set { return []*Set{neon()} }

// neon returns the set of NEON, which every arm64 processor has. Products, optimizers and what passes over whole
// batches are assembly. Go code here only cuts operands into the pieces that the assembly takes.
func neon() *Set {
	return &Set{
		Name:      "neon",
		TileRows:  8,
		TileCols:  12,
		PanelCols: 128,
		gemmTile:  tileByTile,
		sparseMul: func(y Matrix, x Sparse, b Matrix, accumulate bool) {
			sparseMulNEON(y.Rows, y.Cols, x.Entries, x.Start, x.Step, x.Table,
				b.Data, b.Stride, y.Data, y.Stride, accumulate)
		},
		gather:         gatherBy(gatherNEON),
		transposeBytes: transposeBytesNEON,
		transpose:      transposeNEON,
		copyRows:       copyRows,
		warp:           warp,
		columnSums:     func(dst []float32, x Matrix) { columnSumsNEON(x.Rows, x.Cols, x.Data, x.Stride, dst) },

		elementwiseKernels: &elementwiseNEON,
	}
}

// tileByTile is gemmTile, one tile at a time: gemmTileNEON computes a single tile.
func tileByTile(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int,
	accumulate bool) {
	const tileRows = 8
	for i := 0; i < rows; i += tileRows {
		gemmTileNEON(min(tileRows, rows-i), cols, k, a[min(i*rs, len(a)):], rs, cs, b, ldb, c[i*ldc:], ldc, accumulate)
	}
}

//go:noescape
func gemmTileNEON(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int,
	accumulate bool)

//go:noescape
func sparseMulNEON(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32,
	b []float32, ldb int, y []float32, ldy int, accumulate bool)

//go:noescape
func gatherNEON(dst []uint32, src []uint8, base uint32) int

//go:noescape
func columnSumsNEON(rows, cols int, x []float32, ldx int, dst []float32)
