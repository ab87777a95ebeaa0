package kernel

// The blocks that strips are transposed in. If a matrix is not a multiple of a block, its last blocks overlap the ones
// before; both write the same elements.
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

// transposeNEON is transpose by strips. A matrix smaller than a block takes the plain loop.
func transposeNEON(dst, src Matrix) {
	if src.Rows < transposeRows || src.Cols < transposeCols {
		transpose(dst, src)
		return
	}
	for r := 0; r < src.Rows; r += transposeRows {
		r := min(r, src.Rows-transposeRows)
		transposeStrip(src.Cols, src.Data[r*src.Stride:], src.Stride, dst.Data[r:], dst.Stride)
	}
}

// transposeBytesNEON is transposeBytes by strips. A matrix smaller than a block takes the plain loop.
func transposeBytesNEON(dst, src Bytes) {
	if src.Rows < transposeBytesRows || src.Cols < transposeBytesCols {
		transposeBytes(dst, src)
		return
	}
	for r := 0; r < src.Rows; r += transposeBytesRows {
		r := min(r, src.Rows-transposeBytesRows)
		transposeBytesStrip(src.Cols, src.Data[r*src.Stride:], src.Stride, dst.Data[r:], dst.Stride)
	}
}
