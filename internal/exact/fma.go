package exact

import "math"

// FMA returns a*b+c with a single rounding, as the FMA instructions do.
//
// The product of two float32 is exact in float64, so only the sum rounds twice: to float64, then to float32. That goes
// wrong only if the float64 sum lies exactly half-way between two float32 and is not exact itself. Such a sum is first
// rounded to odd (Boldo and Melquiond, IEEE Trans. Computers 57(4), 2008), after which the second rounding is right.
func FMA(a, b, c float32) float32 {
	product := float64(a) * float64(b)
	sum := product + float64(c)
	const tail, half = 1<<29 - 1, 1 << 28 // the bits of a float64 that a normal float32 lacks
	if math.Float64bits(sum)&tail != half && (sum >= minNormal || sum <= -minNormal) {
		return float32(sum)
	}
	return float32(roundToOdd(product, float64(c), sum))
}

const minNormal = 0x1p-126 // the least normal float32: below it the half-way points lie elsewhere

// roundToOdd returns x+y rounded to odd, given sum, which is x+y rounded to nearest: sum itself if it is exact or its last
// bit is set, else its neighbor on the side of the exact value.
func roundToOdd(x, y, sum float64) float64 {
	bits := math.Float64bits(sum)
	if bits&1 == 1 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return sum
	}
	t := sum - x // TwoSum (Knuth): the exact rest of an addition
	rest := (x - (sum - t)) + (y - t)
	if rest == 0 {
		return sum
	}
	if (rest > 0) == (sum > 0) {
		return math.Float64frombits(bits + 1)
	}
	return math.Float64frombits(bits - 1)
}

// Sqrt returns the correctly rounded square root: rounding the float64 root a second time is right, since 53 >= 2*24+2 bits
// (Figueroa, ACM SIGNUM 30(3), 1995).
func Sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
