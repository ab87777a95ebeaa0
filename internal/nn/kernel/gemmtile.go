package kernel

import "dnn/internal/exact"

// gemmTile computes a column of tiles of a matrix product: C[rows, cols] = A[rows, k] B[k, cols], or C += A B if
// accumulate is set. 1 <= rows, 1 <= cols <= TileCols; k may be 0. Element (i, p) of A is a[i*rs+p*cs], so it serves
// panels, row-major matrices and transposed ones. Gemm is made of it. This one keeps the sums of 2x4 tiles in registers;
// smaller tiles at the edges take the plain loop.
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
