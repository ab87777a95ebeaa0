package kernel

import (
	"fmt"

	"dnn/internal/exact"
)

// GemmTile computes a column of tiles of a matrix product: C[rows, cols] = A[rows, k] B[k, cols], or C += A B if
// accumulate is set. 1 <= rows, 1 <= cols <= TileCols; k may be 0. It packs nothing, which suits small factors. Gemm is
// made of it.
func (s *Set) GemmTile(c Matrix, a Operand, b Matrix, accumulate bool) {
	_, k := a.Size()
	if c.Rows < 1 || c.Cols < 1 || c.Cols > s.TileCols {
		const message = "kernel: GemmTile: c: found %d x %d, wanted at least 1 x 1 and at most %d columns"
		panic(fmt.Sprintf(message, c.Rows, c.Cols, s.TileCols))
	}
	require("GemmTile", "c", c.shape(), c.Rows, c.Cols)
	a.require("GemmTile", "a", c.Rows, k)
	require("GemmTile", "b", b.shape(), k, c.Cols)
	rs, cs := a.strides()
	s.gemmTile(c.Rows, c.Cols, k, a.Data, rs, cs, b.Data, b.Stride, c.Data, c.Stride, accumulate)
}

// gemmTile is GemmTile for an A whose element (i, p) is a[i*rs+p*cs], so it serves panels, row-major matrices and
// transposed ones. It keeps the sums of 2x4 tiles in registers. Smaller tiles at the edges take the plain loop.
func gemmTile(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	i := 0
	for ; cols == 4 && rows-i >= 2; i += 2 {
		gemmTile2x4(k, a[min(i*rs, len(a)):], rs, cs, b, ldb, c[i*ldc:], ldc, accumulate)
	}
	for ; i < rows; i++ {
		for j := range cols {
			var sum float32
			if accumulate {
				sum = c[i*ldc+j]
			}
			for p := range k {
				sum = exact.FMA(a[i*rs+p*cs], b[p*ldb+j], sum)
			}
			c[i*ldc+j] = sum
		}
	}
}

func gemmTile2x4(k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	c0, c1 := c[:4], c[ldc:ldc+4]
	var s [8]float32
	if accumulate {
		copy(s[:4], c0)
		copy(s[4:], c1)
	}
	for p := range k {
		x, y, w := a[p*cs], a[rs+p*cs], b[p*ldb:p*ldb+4]
		s[0], s[4] = exact.FMA(x, w[0], s[0]), exact.FMA(y, w[0], s[4])
		s[1], s[5] = exact.FMA(x, w[1], s[1]), exact.FMA(y, w[1], s[5])
		s[2], s[6] = exact.FMA(x, w[2], s[2]), exact.FMA(y, w[2], s[6])
		s[3], s[7] = exact.FMA(x, w[3], s[3]), exact.FMA(y, w[3], s[7])
	}
	copy(c0, s[:4])
	copy(c1, s[4:])
}
