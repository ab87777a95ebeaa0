package statistics

import "math"

// TWithin returns the probability that a variable of Student's distribution with df degrees of freedom is between -t
// and t. t must not be negative, and df is at least 1. The series are 26.7.3 and 26.7.4 of Abramowitz and Stegun,
// Handbook of Mathematical Functions, 1964; they end after df/2 terms. The error is about 1e-15.
func TWithin(t float64, df int) float64 {
	if math.IsInf(t, 1) {
		return 1
	}
	n := float64(df)
	square := n / (n + float64(t*t)) // of the cosine of theta, whose tangent is t / sqrt(n)
	sine, cosine := t/math.Sqrt(n+float64(t*t)), math.Sqrt(square)
	even := df%2 == 0
	// The terms are 1, 1/2 c², 1·3/(2·4) c⁴, … for an even df, and c, 2/3 c³, 2·4/(3·5) c⁵, … for an odd one.
	term, first := 1.0, 2
	if !even {
		term, first = cosine, 3
	}
	sum := 0.0
	for i := first; i <= df; i += 2 {
		sum += term
		term *= float64(square * float64(i-1) / float64(i))
	}
	if even {
		return min(1, sine*sum)
	}
	return min(1, (arctan(t/math.Sqrt(n))+float64(sine*sum))*2/math.Pi)
}

// arctan returns the arctangent of x >= 0. Half of it, thrice, is small enough for few terms of its series.
func arctan(x float64) float64 {
	if x > 1 {
		return math.Pi/2 - arctan(1/x)
	}
	for range 3 {
		x /= 1 + math.Sqrt(1+float64(x*x))
	}
	square := float64(x * x)
	sum := 0.0
	for k := 23; k >= 1; k -= 2 {
		sum = 1/float64(k) - float64(square*sum)
	}
	return 8 * x * sum
}

// TQuantile returns the t for which TWithin is within: for 0.95, what a 95 % interval has on each side. within is at
// least 0, and below 1.
func TQuantile(within float64, df int) float64 {
	low, high := 0.0, 1.0
	for TWithin(high, df) < within {
		low, high = high, 2*high
	}
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return middle
		}
		if TWithin(middle, df) < within {
			low = middle
		} else {
			high = middle
		}
	}
}
