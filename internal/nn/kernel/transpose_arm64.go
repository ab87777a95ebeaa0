package kernel

// The blocks that the transposing strips are made of. Where a matrix is not a whole number of blocks, the last one lies
// over the one before: what both cover gets written twice.
const (
	transposeRows, transposeCols           = 4, 4
	transposeBytesRows, transposeBytesCols = 8, 16
)

// transposeStrip transposes 4 rows of cols >= 4 columns.
//
//go:noescape
func transposeStrip(cols int, src []float32, lds int, dst []float32, ldd int)

// transposeBytesStrip transposes 8 rows of cols >= 16 columns.
//
//go:noescape
func transposeBytesStrip(cols int, src []uint8, lds int, dst []uint8, ldd int)

// transposeNEON is transpose by strips. A matrix too thin for a single block takes the plain loop.
func transposeNEON(rows, cols int, src []float32, lds int, dst []float32, ldd int) {
	if rows < transposeRows || cols < transposeCols {
		transpose(rows, cols, src, lds, dst, ldd)
		return
	}
	for r := 0; r < rows; r += transposeRows {
		r := min(r, rows-transposeRows)
		transposeStrip(cols, src[r*lds:], lds, dst[r:], ldd)
	}
}

// transposeBytesNEON is transposeBytes by strips. A matrix too thin for a single block takes the plain loop.
func transposeBytesNEON(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
	if rows < transposeBytesRows || cols < transposeBytesCols {
		transposeBytes(rows, cols, src, lds, dst, ldd)
		return
	}
	for r := 0; r < rows; r += transposeBytesRows {
		r := min(r, rows-transposeBytesRows)
		transposeBytesStrip(cols, src[r*lds:], lds, dst[r:], ldd)
	}
}
