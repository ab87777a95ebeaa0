package exact

import "math"

// Log returns the natural logarithm of x > 0, computed in float64 and rounded to float32. With x = 2^n m and m in
// [sqrt(1/2), sqrt(2)), it is n ln 2 + log m; log m = 2 artanh(s) with s = (m-1)/(m+1), of which it sums the series.
func Log(x float64) float32 {
	// x = 2^n m with m in [1/2, 1). For a normal number the bits give both, without a call of math.Frexp.
	const exponent = 0x7ff << 52
	bits := math.Float64bits(x)
	m, n := math.Float64frombits(bits&^exponent|1022<<52), int(bits>>52)-1022
	if n <= -1022 || n > 1024 {
		m, n = math.Frexp(x)
	}
	if m < math.Sqrt2/2 {
		m *= 2
		n--
	}
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	// Each conversion keeps Go from fusing a product and a sum.
	series := float64(1.0/21*z) + 1.0/19
	series = float64(series*z) + 1.0/17
	series = float64(series*z) + 1.0/15
	series = float64(series*z) + 1.0/13
	series = float64(series*z) + 1.0/11
	series = float64(series*z) + 1.0/9
	series = float64(series*z) + 1.0/7
	series = float64(series*z) + 1.0/5
	series = float64(series*z) + 1.0/3
	series = float64(series*z) + 1
	return float32(float64(2*s*series) + float64(float64(n)*math.Ln2))
}

// Log1p returns log(1 + e) for 0 <= e <= 1 within 2 ulp: 2 artanh s with s = e / (2 + e) <= 1/3. The series of artanh is
// a polynomial of s^2 with a relative error of at most 4.6e-9 (minimax, found by Remez's algorithm).
func Log1p(e float32) float32 {
	s := e / (e + 2)
	square := float32(s * s)
	p := log1pCoefficients[0]
	for _, c := range log1pCoefficients[1:] {
		p = FMA(p, square, c)
	}
	return FMA(float32(p*square), s, s+s)
}

// log1pCoefficients are those of s^9 down to s^3 in 2 artanh s.
var log1pCoefficients = [...]float32{0.28024459181, 0.279991409834, 0.400216990676, 0.666664131325}
