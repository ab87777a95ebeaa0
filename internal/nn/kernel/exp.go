package kernel

import "math"

// exp(x) = 2^n exp(r) with n the integer nearest to x/ln 2 and r = x - n ln 2, |r| <= 0.347. ln 2 is subtracted in two
// parts: the first has 9 significant bits, so that n times it is exact. exp(r) is the polynomial of degree 6, with the
// first two coefficients exact, whose largest relative error over that interval is least (3.1e-9, found by Lawson's
// iteration).
const (
	expMax    = 88.3762626647949  // above: +Inf (n would exceed 127)
	expMin    = -87.3365447505531 // below: +0 (n would be less than -126, the result no normal number)
	log2e     = 1.44269504088896341
	ln2High   = 0.693359375
	ln2Low    = -2.121944400546905827679e-4
	roundBias = 12582912 // 1.5 * 2^23: what is added to it gets rounded to an integer, which the low bits then hold
)

// expCoefficients are those of r^6 down to r^2.
var expCoefficients = [...]float32{0.00138144543864, 0.00836878159999, 0.0416683944756, 0.16666520095, 0.499999934112}

// Exp returns e^x with an error below 1 ulp; +0 where the result would be less than the least normal number, +Inf from
// 88.38 on (a little before float32 ends, at 88.72), NaN for NaN.
func Exp(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > expMax:
		return float32(math.Inf(1))
	case x < expMin:
		return 0
	}
	t := fma(x, log2e, roundBias)
	n := t - roundBias
	r := fma(n, -ln2High, x)
	r = fma(n, -ln2Low, r)
	p := expCoefficients[0]
	for _, c := range expCoefficients[1:] {
		p = fma(p, r, c)
	}
	p = fma(p, float32(r*r), r)
	p += 1
	return math.Float32frombits(math.Float32bits(p) + math.Float32bits(t)<<23)
}

// Sigmoid returns 1 / (1 + e^-x).
func Sigmoid(x float32) float32 { return 1 / (1 + Exp(-x)) }

// Tanh returns the hyperbolic tangent of x within 3 ulp. Where e^2|x| is close to 1 the difference of the two would cancel,
// so there it is the odd Taylor polynomial.
func Tanh(x float32) float32 {
	y := x
	if y < 0 {
		y = -y
	}
	if y < 0.3 {
		z := float32(x * x)
		p := float32(tanhCoefficients[0])
		for _, c := range tanhCoefficients[1:] {
			p = fma(p, z, c)
		}
		return fma(float32(p*z), x, x)
	}
	t := 1 - 2/(Exp(2*y)+1)
	if x < 0 {
		return -t
	}
	return t
}

// tanhCoefficients are those of x^11 down to x^3 in tanh's Taylor series.
var tanhCoefficients = [...]float32{-1382.0 / 155925, 62.0 / 2835, -17.0 / 315, 2.0 / 15, -1.0 / 3}

// Log returns the natural logarithm of x > 0, computed in float64 and rounded to float32:
// x = 2^n m with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh(s), s = (m-1)/(m+1), by its series.
func Log(x float64) float32 {
	// x = 2^n m with m in [1/2, 1): the bits of a normal number, so without a call of math.Frexp.
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
