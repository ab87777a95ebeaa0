package main

// The functions of package exact, operation by operation.

// The constants of exact.Exp.
const (
	expMax    = 88.3762626647949
	expMin    = -87.3365447505531
	log2e     = 1.44269504088896341
	roundBias = 12582912
	ln2High   = 0.693359375
	ln2Low    = -2.121944400546905827679e-4
	infinity  = 0x7f800000
)

// horner returns the polynomial of x with these coefficients, that of the highest power first.
func (p *program) horner(x *value, coefficients ...float64) *value {
	sum := p.number(coefficients[0])
	for _, c := range coefficients[1:] {
		sum = p.fma(sum, x, p.number(c))
	}
	return sum
}

// expParts is exact's function of that name. n is already shifted to the exponent.
func (p *program) expParts(x *value) (rest, n *value) {
	t := p.fma(x, p.number(log2e), p.number(roundBias))
	whole := p.sub(t, p.number(roundBias))
	r := p.fnma(whole, p.number(ln2High), x)
	r = p.fnma(whole, p.number(ln2Low), r)
	q := p.horner(r, 0.00138144543864, 0.00836878159999, 0.0416683944756, 0.16666520095, 0.499999934112)
	return p.fma(q, p.mul(r, r), r), p.shiftLeft(t, 23)
}

func (p *program) exp(x *value) *value {
	e := p.choose(p.less(p.number(expMax), x), p.pattern(infinity), p.expNotAbove(x))
	return p.choose(p.equal(x, x), e, x)
}

// expNotAbove is exp for x <= expMax.
func (p *program) expNotAbove(x *value) *value {
	rest, n := p.expParts(x)
	e := p.addInt(p.add(rest, p.number(1)), n)
	return p.choose(p.less(x, p.number(expMin)), p.number(0), e)
}

// expNotPositive is exp for x <= 0 or NaN.
func (p *program) expNotPositive(x *value) *value {
	return p.choose(p.equal(x, x), p.expNotAbove(x), x)
}

// expm1 is exact.Expm1. For x > 0 the result is arbitrary.
func (p *program) expm1(x *value) *value {
	x = p.choose(p.less(x, p.number(expMin)), p.number(expMin), x)
	rest, n := p.expParts(x)
	power := p.addInt(p.number(1), n)
	return p.fma(rest, power, p.sub(power, p.number(1)))
}

func (p *program) log1p(e *value) *value {
	s := p.div(e, p.add(e, p.number(2)))
	square := p.mul(s, s)
	q := p.horner(square, 0.28024459181, 0.279991409834, 0.400216990676, 0.666664131325)
	return p.fma(p.mul(q, square), s, p.add(s, s))
}

// tanhParts returns whether |x| is small, the tanh if it is not, and x^2 q, which x times is to be added to x if it is.
func (p *program) tanhParts(x *value) (small, large, rest *value) {
	y := p.abs(x)
	square := p.mul(x, x)
	q := p.horner(square, -1382.0/155925, 62.0/2835, -17.0/315, 2.0/15, -1.0/3)
	one := p.number(1)
	t := p.sub(one, p.div(p.number(2), p.add(p.exp(p.add(y, y)), one)))
	sign := p.and(x, p.pattern(0x80000000))
	return p.less(y, p.number(0.3)), p.xor(t, sign), p.mul(q, square)
}

func (p *program) tanh(x *value) *value {
	small, large, rest := p.tanhParts(x)
	return p.choose(small, p.fma(rest, x, x), large)
}

// sigmoids returns sigmoid(z) and sigmoid(-z), as activation.sigmoids does.
func (p *program) sigmoids(z *value) (s, rest *value) {
	e := p.expNotPositive(p.negate(p.abs(z)))
	large := p.div(p.number(1), p.add(p.number(1), e))
	small := p.mul(e, large)
	negative := p.less(z, p.number(0))
	return p.choose(negative, small, large), p.choose(negative, large, small)
}

func (p *program) softplus(z *value) *value {
	positive := p.choose(p.less(p.number(0), z), z, p.number(0))
	return p.add(positive, p.log1p(p.expNotPositive(p.negate(p.abs(z)))))
}

// normal is exact.Normal.
func (p *program) normal(z *value) (probability, density *value) {
	x := p.abs(z)
	x = p.choose(p.less(p.number(20), x), p.number(20), x)
	square := p.mul(x, x)
	rounded := p.fnma(x, x, square)
	e := p.expNotPositive(p.mul(p.number(-0.5), square))
	e = p.fma(p.mul(p.number(0.5), rounded), e, e)
	t := p.div(p.number(1), p.fma(p.number(0.3), x, p.number(1)))
	q := p.horner(t, -0.0198418162769, 0.107835276951, -0.216342525045, 0.174132067275, -0.0627063937003,
		0.0856437878156, 0.0828269393243, 0.10899660238, 0.119790396833, 0.119664706753, 9.56256053557e-07)
	q = p.mul(q, e)
	probability = p.choose(p.less(p.number(0), z), p.sub(p.number(1), q), q)
	return probability, p.mul(p.number(0.398942280401432678), e)
}

// clip returns x within [low, high], or NaN.
func (p *program) clip(x *value, low, high float64) *value {
	x = p.choose(p.less(x, p.number(low)), p.number(low), x)
	return p.choose(p.less(p.number(high), x), p.number(high), x)
}

// within returns inside where low < y < high, else 0.
func (p *program) within(y *value, low, high, inside float64) *value {
	v := p.choose(p.less(p.number(low), y), p.number(inside), p.number(0))
	return p.choose(p.less(y, p.number(high)), v, p.number(0))
}
