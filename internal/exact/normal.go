package exact

import "math"

// Normal returns the distribution function and the density of the normal distribution at z, both within 2 ulp where they
// are no denormals. Beyond |z| the probability is
//
//	q = e^(-z^2/2) R(t),  t = 1 / (1 + 0.3 |z|)
//
// with R the polynomial of degree 10 whose largest relative error up to |z| = 14, where q ends in float32, is least
// (2.9e-9, found by iterated reweighting). All of it is float64 but the exponential, which takes the rest that z^2/2 has
// beyond a float32 as a factor.
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

// normalTail are R's coefficients, from t^10 down to 1.
var normalTail = [...]float64{
	-0.0198418162769, 0.107835276951, -0.216342525045, 0.174132067275, -0.0627063937003, 0.0856437878156,
	0.0828269393243, 0.10899660238, 0.119790396833, 0.119664706753, 9.56256053557e-07,
}
