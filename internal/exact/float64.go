package exact

import "math"

// CosPi returns cos(pi x) for 0 <= x <= 1, with an error of about 1e-16; it is exact at 0, 1/2 and 1.
func CosPi(x float64) float64 {
	switch {
	case x > 0.5:
		return -CosPi(1 - x)
	case x > 0.25:
		return taylor(math.Pi*(0.5-x), math.Pi*(0.5-x), 2) // sin
	}
	return taylor(math.Pi*x, 1, 1)
}

// taylor returns ten terms of the series first (1 - x²/(k(k+1)) (1 - x²/((k+2)(k+3)) (1 - …))), which are enough for
// |x| <= pi/4. The series is cos x for first = 1 and k = 1, and sin x for first = x and k = 2.
func taylor(x, first float64, k int) float64 {
	square := float64(x * x)
	sum := 1.0
	for i := k + 18; i >= k; i -= 2 {
		sum = 1 - float64(float64(square*sum)/float64(i*(i+1)))
	}
	return float64(first * sum)
}

// Exp64 returns e^x for |x| <= 745 within a few ulp, unless it is denormal: 2^n e^r with x = n ln 2 + r and |r| <= 0.35, where e^r is a Taylor series.
func Exp64(x float64) float64 {
	const high, low = 0x1.62e42feep-1, 0x1.a39ef35793c76p-33 // ln 2; n times high is exact
	n := math.RoundToEven(x / math.Ln2)
	r := x - float64(n*high) - float64(n*low)
	sum := 1.0
	for k := 14; k >= 1; k-- {
		sum = 1 + float64(float64(r*sum)/float64(k))
	}
	return math.Ldexp(sum, int(n))
}

// Log64 returns the natural logarithm of x > 0 within a few ulp: x = 2^n m with m in [sqrt(1/2), sqrt(2)), and
// log m = 2 artanh s, s = (m-1)/(m+1), by its series.
func Log64(x float64) float64 {
	m, n := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		n--
	}
	s := (m - 1) / (m + 1)
	square := float64(s * s)
	sum := 0.0
	for k := 21; k >= 1; k -= 2 {
		sum = 1/float64(k) + float64(square*sum)
	}
	return float64(2*s*sum) + float64(float64(n)*math.Ln2)
}

// Power returns base^exponent for base >= 0; for base 0, exponent must not be negative. If the exponent is a whole
// number from 0 to 2^20, it multiplies, which is exact as long as all products are; otherwise it uses Exp64 and Log64.
func Power(base, exponent float64) float64 {
	const maxWhole = 1 << 20
	if n := int(min(exponent, maxWhole)); exponent >= 0 && float64(n) == exponent {
		result := 1.0
		for ; n > 0; n >>= 1 {
			if n&1 == 1 {
				result *= base
			}
			base *= base
		}
		return result
	}
	if base == 0 {
		return 0
	}
	return Exp64(float64(exponent * Log64(base)))
}
