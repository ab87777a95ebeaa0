package exact

import "math"

// FMA returns a*b+c with a single rounding, as the FMA instructions of processors do.
//
// The product of two float32 is exact in float64, so only the sum is rounded, but twice: to float64, then to float32.
// The result is wrong only if the float64 sum is inexact and lies exactly half-way between two float32. In this case
// the sum is first rounded to odd (Boldo and Melquiond, IEEE Trans. Computers 57(4), 2008), which makes the second
// rounding right.
func FMA(a, b, c float32) float32 {
	product := float64(a) * float64(b)
	sum := product + float64(c)
	const tail, half = 1<<29 - 1, 1 << 28 // the bits of a float64 that a normal float32 lacks, and their half-way point
	if math.Float64bits(sum)&tail != half && (sum >= minNormal || sum <= -minNormal) {
		return float32(sum)
	}
	return float32(roundToOdd(product, float64(c), sum))
}

const minNormal = 0x1p-126 // the smallest normal float32; below it, half-way points have other bits

// roundToOdd returns x+y rounded to odd. sum is x+y rounded to nearest. The result is sum if it is exact or its last
// bit is set, otherwise the neighbor of sum on the side of the exact value.
func roundToOdd(x, y, sum float64) float64 {
	bits := math.Float64bits(sum)
	if bits&1 == 1 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return sum
	}
	t := sum - x // Knuth's TwoSum: rest is exactly x+y - sum
	rest := (x - (sum - t)) + (y - t)
	if rest == 0 {
		return sum
	}
	if (rest > 0) == (sum > 0) {
		return math.Float64frombits(bits + 1)
	}
	return math.Float64frombits(bits - 1)
}

// Sqrt returns the correctly rounded square root. Rounding the root first to float64 and then to float32 does no harm,
// since 53 bits are at least 2*24+2 (Figueroa, ACM SIGNUM 30(3), 1995).
func Sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
