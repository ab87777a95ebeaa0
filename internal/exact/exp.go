package exact

import "math"

// exp(x) = 2^n exp(r) with n the integer nearest to x/ln 2 and r = x - n ln 2, |r| <= 0.347. ln 2 is subtracted in two
// parts: the first has 9 significant bits, so that n times it is exact. exp(r) is the polynomial of degree 6, with the
// first two coefficients exact, whose largest relative error over that interval is least (3.1e-9, found by Lawson's
// iteration).
const (
	ExpMax = 88.3762626647949  // the largest x of which Exp is finite: n would exceed 127
	ExpMin = -87.3365447505531 // the least x of which Exp is not 0: n would be less than -126, the result no normal number

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
	case x > ExpMax:
		return float32(math.Inf(1))
	case x < ExpMin:
		return 0
	}
	t := FMA(x, log2e, roundBias)
	n := t - roundBias
	r := FMA(n, -ln2High, x)
	r = FMA(n, -ln2Low, r)
	p := expCoefficients[0]
	for _, c := range expCoefficients[1:] {
		p = FMA(p, r, c)
	}
	p = FMA(p, float32(r*r), r)
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
			p = FMA(p, z, c)
		}
		return FMA(float32(p*z), x, x)
	}
	t := 1 - 2/(Exp(2*y)+1)
	if x < 0 {
		return -t
	}
	return t
}

// tanhCoefficients are those of x^11 down to x^3 in tanh's Taylor series.
var tanhCoefficients = [...]float32{-1382.0 / 155925, 62.0 / 2835, -17.0 / 315, 2.0 / 15, -1.0 / 3}

// Expm1 returns e^z - 1 for z <= 0 within 8 ulp, without the cancellation of that difference close to 0: it is
// 2t / (1 - t) with t = tanh(z/2).
func Expm1(z float32) float32 {
	t := Tanh(z / 2)
	return 2 * t / (1 - t)
}
