package exact

// Normal returns the distribution function and the density of the standard normal distribution at z, within 6 and 3 ulp
// unless they are denormal. The probability of a value above |z| is
//
//	q = e^(-z^2/2) R(t),  t = 1 / (1 + 0.3 |z|)
//
// where R is the minimax polynomial of degree 10 for |z| up to 14, beyond which q is 0 in float32. Its relative error
// is at most 2.9e-9 (found by iterated reweighting). z^2 is rounded before Exp takes it, and a factor corrects for that.
func Normal(z float32) (probability, density float32) {
	x := max(z, -z)
	if x > normalMax {
		x = normalMax
	}
	square := float32(x * x)
	rounded := FMA(-x, x, square) // square - z^2
	e := Exp(-0.5 * square)
	e = FMA(0.5*rounded, e, e)
	t := 1 / FMA(0.3, x, 1)
	q := normalTail[0]
	for _, c := range normalTail[1:] {
		q = FMA(q, t, c)
	}
	q = float32(q * e)
	density = 0.398942280401432678 * e
	if z > 0 {
		return 1 - q, density
	}
	return q, density
}

// normalMax is a |z| with a density of 0.
const normalMax = 20

// normalTail are the coefficients of R, from t^10 down to 1.
var normalTail = [...]float32{
	-0.0198418162769, 0.107835276951, -0.216342525045, 0.174132067275, -0.0627063937003, 0.0856437878156,
	0.0828269393243, 0.10899660238, 0.119790396833, 0.119664706753, 9.56256053557e-07,
}
