package exact

import "math"

// exp(x) = 2^n exp(r), where n is the integer nearest to x/ln 2 and r = x - n ln 2, so |r| <= 0.347. ln 2 is the sum of
// two numbers, the first of which has 9 significant bits, so that n times it is exact. exp(r) is a polynomial 1 + r +
// ... of degree 6: the minimax polynomial, with a relative error of at most 3.1e-9 (found by Lawson's iteration).
const (
	ExpMax = 88.3762626647949  // the largest x for which Exp(x) is finite: beyond it, n exceeds 127
	ExpMin = -87.3365447505531 // the smallest x for which Exp(x) is not 0: below it, n is less than -126

	log2e     = 1.44269504088896341
	ln2High   = 0.693359375
	ln2Low    = -2.121944400546905827679e-4
	roundBias = 12582912 // 1.5 * 2^23: adding a number to it rounds the number to an integer, held by the low bits
)

// expCoefficients are the coefficients of r^6 down to r^2.
var expCoefficients = [...]float32{0.00138144543864, 0.00836878159999, 0.0416683944756, 0.16666520095, 0.499999934112}

// Exp returns e^x with an error below 1 ulp. Below ExpMin, where the result would be denormal, it is +0; above ExpMax,
// a little before float32 overflows at 88.72, it is +Inf; for NaN it is NaN.
func Exp(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > ExpMax:
		return float32(math.Inf(1))
	case x < ExpMin:
		return 0
	}
	p, t := expParts(x)
	return math.Float32frombits(math.Float32bits(p+1) + t<<23)
}

// expParts returns p and n with e^x = (1 + p) 2^n for ExpMin <= x <= ExpMax. n is the low bits of an integer.
func expParts(x float32) (p float32, n uint32) {
	t := FMA(x, log2e, roundBias)
	whole := t - roundBias
	r := FMA(whole, -ln2High, x)
	r = FMA(whole, -ln2Low, r)
	p = expCoefficients[0]
	for _, c := range expCoefficients[1:] {
		p = FMA(p, r, c)
	}
	return FMA(p, float32(r*r), r), math.Float32bits(t)
}

// Expm1 returns e^x - 1 for x <= 0 within 2 ulp: p 2^n + (2^n - 1) with the parts of e^x, which does not suffer from
// cancellation close to 0, where n is 0.
func Expm1(x float32) float32 {
	if x < ExpMin {
		x = ExpMin // the result is -1 anyway
	}
	p, n := expParts(x)
	power := math.Float32frombits(math.Float32bits(1) + n<<23)
	return FMA(p, power, power-1)
}

// Sigmoid returns 1 / (1 + e^-x).
func Sigmoid(x float32) float32 { return 1 / (1 + Exp(-x)) }

// Tanh returns the hyperbolic tangent of x within 3 ulp. Close to 0, where the formula with e^2|x| would suffer from
// cancellation, it is a Taylor polynomial.
func Tanh(x float32) float32 {
	if rest, small := TanhRest(x); small {
		return FMA(rest, x, x)
	}
	t := 1 - 2/(Exp(2*max(x, -x))+1)
	if x < 0 {
		return -t
	}
	return t
}

// TanhRest returns tanh(x)/x - 1 if |x| < 0.3. Otherwise small is false.
func TanhRest(x float32) (rest float32, small bool) {
	if !(x > -0.3 && x < 0.3) {
		return 0, false
	}
	square := float32(x * x)
	p := float32(tanhCoefficients[0])
	for _, c := range tanhCoefficients[1:] {
		p = FMA(p, square, c)
	}
	return p * square, true
}

// tanhCoefficients are the coefficients of x^11 down to x^3 in the Taylor series of tanh.
var tanhCoefficients = [...]float32{-1382.0 / 155925, 62.0 / 2835, -17.0 / 315, 2.0 / 15, -1.0 / 3}
