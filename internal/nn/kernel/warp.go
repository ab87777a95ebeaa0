package kernel

import (
	"fmt"
	"math"

	"dnn/internal/exact"
)

// WarpPairs returns the length of pairs that Warp needs for an image of rows x cols pixels.
func WarpPairs(rows, cols int) int { return (rows + 2) * (cols + warpBorder) }

// warpBorder is the number of zeros in each row of pairs: one on the left and three on the right. A pixel at the border
// reads two of the right ones; the third makes rows of 28 pixels begin at cache lines.
const warpBorder = 4

// Warp computes dst[i], the value of the image SRC[rows, cols] at column x[i] and row y[i], for i < len(x). It
// interpolates bilinearly between the four neighboring pixels, first along the rows, and rounds to the nearest integer,
// ties to even. Pixels lie at integer coordinates from 0 on, with zeros around them. SRC must have no gaps between its
// rows. pairs has WarpPairs(rows, cols) elements, zero or left from a call for another image of that size.
func (s *Set) Warp(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
	if src.Rows > 0 && src.Stride != src.Cols {
		panic(fmt.Sprintf("kernel: Warp: src: wanted a stride of %d, found %d", src.Cols, src.Stride))
	}
	require("Warp", "src", src.shape(), src.Rows, src.Cols)
	requireLength("Warp", "pairs", len(pairs), WarpPairs(src.Rows, src.Cols))
	requireLength("Warp", "y", len(y), len(x))
	requireLength("Warp", "dst", len(dst), len(x))
	s.warp(dst, src, pairs, x, y)
}

// SmallProduct computes C[m, n] = A[m, k] B[k, n] for m, n >= 1, with no gaps between rows. It is for matrices that are
// multiplied in a tenth of a microsecond, so it packs nothing, and checks lengths only.
func (s *Set) SmallProduct(c, a, b []float32, m, k, n int) {
	requireLength("SmallProduct", "c", len(c), m*n)
	requireLength("SmallProduct", "a", len(a), m*k)
	requireLength("SmallProduct", "b", len(b), k*n)
	for j := 0; j < n; j += s.TileCols {
		s.gemmTile(m, min(s.TileCols, n-j), k, a, k, 1, b[min(j, len(b)):], n, c[j:], n, false)
	}
}

// roundBias is 1.5 * 2^23. A small number plus roundBias is rounded to an integer, which its low bits then hold.
const roundBias = 12582912

// warp reads the image itself and does not use pairs.
func warp(dst []uint8, src Bytes, _ []uint16, x, y []float32) {
	pixel := func(r, c int) uint8 {
		if uint(r) < uint(src.Rows) && uint(c) < uint(src.Cols) {
			return src.Data[r*src.Cols+c]
		}
		return 0
	}
	y, dst = y[:len(x)], dst[:len(x)]
	for i := range x {
		px, py := clamp(x[i], src.Cols), clamp(y[i], src.Rows)
		left, top := floor(px), floor(py)
		c, r := int(left), int(top)
		p00, p01, p10, p11 := pixel(r, c), pixel(r, c+1), pixel(r+1, c), pixel(r+1, c+1)
		if p00|p01|p10|p11 == 0 { // as for most points
			dst[i] = 0
			continue
		}
		dx, dy := px-left, py-top
		upper, lower := mix(float32(p00), float32(p01), dx), mix(float32(p10), float32(p11), dx)
		dst[i] = uint8(math.Float32bits(mix(upper, lower, dy) + roundBias))
	}
}

// clamp returns x clamped to [-1, size], beyond which everything is zero, and -1 for NaN.
func clamp(x float32, size int) float32 {
	if !(x > -1) {
		return -1
	}
	return min(x, float32(size))
}

func floor(x float32) float32 { return float32(math.Floor(float64(x))) }

// mix returns a + share (b - a), with one rounding of the product and the sum.
func mix(a, b, share float32) float32 { return exact.FMA(share, b-a, a) }
