package exact

import "math"

// Normal returns the distribution function and the density of the standard normal distribution at z, both within 2 ulp
// unless they are denormal. The probability of a value above |z| is
//
//	q = e^(-z^2/2) R(t),  t = 1 / (1 + 0.3 |z|)
//
// where R is the minimax polynomial of degree 10 for |z| up to 14, beyond which q is 0 in float32. Its relative error
// is at most 2.9e-9 (found by iterated reweighting). All is computed in float64 except the exponential: Exp takes z^2/2
// rounded to float32, and a factor corrects for the rounding.
func Normal(z float32) (probability, density float32) {
	x := math.Abs(float64(z))
	half := float64(x*x) / 2
	exponent := float32(half)
	e := float64(Exp(-exponent))
	if e > 0 {
		e *= 1 - (half - float64(exponent))
	}
	t := 1 / (1 + float64(0.3*x))
	q := 0.0
	for _, c := range normalTail {
		q = float64(q*t) + c
	}
	q *= e
	if z > 0 {
		q = 1 - q
	}
	return float32(q), float32(e * (1 / (math.Sqrt2 * math.SqrtPi)))
}

// normalTail are the coefficients of R, from t^10 down to 1.
var normalTail = [...]float64{
	-0.0198418162769, 0.107835276951, -0.216342525045, 0.174132067275, -0.0627063937003, 0.0856437878156,
	0.0828269393243, 0.10899660238, 0.119790396833, 0.119664706753, 9.56256053557e-07,
}
