package kernel

import (
	"fmt"
	"math"

	"dnn/internal/exact"
)

// WarpPairs returns how many elements of memory Warp needs for an image of rows x cols pixels.
func WarpPairs(rows, cols int) int { return (rows + 2) * (cols + warpBorder) }

// warpBorder is how many zeros each row of Warp's memory has besides the pixels: one on the left, and three on the
// right, of which a pixel at the very border reads two. (The third one makes the rows of 28 pixels begin at cache
// lines.)
const warpBorder = 4

// Warp computes dst[i], the value at column x[i] and row y[i] of the image SRC[rows, cols], which has nothing between
// its rows, for i < len(x): between its four neighbors' by bilinear interpolation, first along the rows, rounded to the
// nearest integer, ties to even. The pixels lie at whole coordinates from 0 on, and zeros around them. pairs is
// WarpPairs(rows, cols) elements of memory that hold zeros, or what Warp has left there for another image of that size.
func (s *Set) Warp(dst []uint8, src Bytes, pairs []uint16, x, y []float32) {
	if src.Rows > 0 && src.Stride != src.Cols {
		panic(fmt.Sprintf("kernel: Warp: src: rows %d apart, wanted %d", src.Stride, src.Cols))
	}
	require("Warp", "src", src.shape(), src.Rows, src.Cols)
	requireLength("Warp", "pairs", len(pairs), WarpPairs(src.Rows, src.Cols))
	requireLength("Warp", "y", len(y), len(x))
	requireLength("Warp", "dst", len(dst), len(x))
	s.warp(dst, src, pairs, x, y)
}

// roundBias is 1.5 * 2^23: a small number that it is added to gets rounded to an integer, which the low bits then hold.
const roundBias = 12582912

// warp reads the image where it lies, and has no use for the memory.
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
		if p00|p01|p10|p11 == 0 { // as most are
			dst[i] = 0
			continue
		}
		dx, dy := px-left, py-top
		upper, lower := mix(float32(p00), float32(p01), dx), mix(float32(p10), float32(p11), dx)
		dst[i] = uint8(math.Float32bits(mix(upper, lower, dy) + roundBias))
	}
}

// clamp returns the point of [-1, size], beyond which everything is zero, that is nearest to x; -1 for NaN.
func clamp(x float32, size int) float32 {
	if !(x > -1) {
		return -1
	}
	return min(x, float32(size))
}

func floor(x float32) float32 { return float32(math.Floor(float64(x))) }

// mix returns what lies between a and b, at the given share of the way.
func mix(a, b, share float32) float32 { return exact.FMA(share, b-a, a) }
