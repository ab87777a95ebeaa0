package main

// activation is a function of package activation: f, and its slope given y or z, whichever that package says.
type activation struct {
	name     string
	f, slope func(p *program, v *value) *value
}

var activations = []activation{
	{"elu", exponentialUnit(1, 1), exponentialUnitSlope(1, 1)},
	{"exponential", (*program).exp, func(_ *program, y *value) *value { return y }},
	{"gelu",
		func(p *program, z *value) *value {
			probability, _ := p.normal(z)
			return p.mul(z, probability)
		},
		func(p *program, z *value) *value {
			probability, density := p.normal(z)
			return p.add(probability, p.mul(z, density))
		}},
	{"hardShrink",
		func(p *program, z *value) *value {
			return p.choose(p.less(p.abs(z), p.number(aboveHalf)), p.number(0), z)
		},
		shrinkSlope},
	{"hardSigmoid", hardSigmoid, func(p *program, y *value) *value { return p.within(y, 0, 1, 1.0/6) }},
	{"hardSilu",
		func(p *program, z *value) *value { return p.mul(z, hardSigmoid(p, z)) },
		func(p *program, z *value) *value {
			s := p.add(p.div(z, p.number(3)), p.number(0.5))
			s = p.choose(p.less(p.number(-3), z), s, p.number(0))
			return p.choose(p.less(z, p.number(3)), s, p.number(1))
		}},
	{"hardTanh",
		func(p *program, z *value) *value { return p.clip(z, -1, 1) },
		func(p *program, z *value) *value {
			const aboveOne = 1 + 0x1p-23 // the float32 behind 1: z is less if and only if z <= 1
			return p.choose(p.less(p.abs(z), p.number(aboveOne)), p.number(1), p.number(0))
		}},
	{"leakyRelu",
		func(p *program, z *value) *value {
			return p.choose(p.less(z, p.number(0)), p.mul(p.number(0.2), z), z)
		},
		func(p *program, y *value) *value {
			return p.choose(p.less(p.number(0), y), p.number(1), p.number(0.2))
		}},
	{"logSigmoid",
		func(p *program, z *value) *value { return p.negate(p.softplus(p.negate(z))) },
		func(p *program, y *value) *value { return p.negate(p.expm1(y)) }},
	{"mish",
		func(p *program, z *value) *value {
			_, n := mishParts(p, z)
			return p.mul(z, p.div(n, p.add(n, p.number(2))))
		},
		func(p *program, z *value) *value {
			e, n := mishParts(p, z)
			d := p.add(n, p.number(2))
			top := p.mul(p.mul(p.number(4), e), p.add(p.number(1), e))
			return p.add(p.div(n, d), p.mul(z, p.div(top, p.mul(d, d))))
		}},
	{"relu6",
		func(p *program, z *value) *value { return p.clip(z, 0, 6) },
		func(p *program, y *value) *value { return p.within(y, 0, 6, 1) }},
	{"selu", exponentialUnit(seluScale, seluBelow), exponentialUnitSlope(seluScale, seluBelow)},
	{"sigmoid",
		func(p *program, z *value) *value {
			one := p.number(1)
			return p.div(one, p.add(one, p.exp(p.negate(z))))
		},
		func(p *program, y *value) *value { return p.mul(y, p.sub(p.number(1), y)) }},
	{"silu",
		func(p *program, z *value) *value {
			s, _ := p.sigmoids(z)
			return p.mul(z, s)
		},
		func(p *program, z *value) *value {
			s, rest := p.sigmoids(z)
			return p.mul(s, p.add(p.number(1), p.mul(z, rest)))
		}},
	{"softShrink",
		func(p *program, z *value) *value {
			half := p.number(0.5)
			v := p.choose(p.less(z, p.number(aboveHalf)), p.number(0), p.sub(z, half))
			return p.choose(p.less(z, p.number(-0.5)), p.add(z, half), v)
		},
		shrinkSlope},
	{"softplus", (*program).softplus,
		func(p *program, y *value) *value { return p.negate(p.expm1(p.negate(y))) }},
	{"softsign",
		func(p *program, z *value) *value { return p.div(z, p.add(p.number(1), p.abs(z))) },
		func(p *program, y *value) *value {
			rest := p.sub(p.number(1), p.abs(y))
			return p.mul(rest, rest)
		}},
	{"sparsePlus",
		func(p *program, z *value) *value {
			v := p.add(z, p.number(1))
			v = p.choose(p.less(p.number(-1), z), p.mul(p.mul(v, v), p.number(0.25)), p.number(0))
			return p.choose(p.less(z, p.number(1)), v, z)
		},
		sparseSigmoid},
	{"sparseSigmoid", sparseSigmoid, func(p *program, y *value) *value { return p.within(y, 0, 1, 0.5) }},
	{"squareplus",
		func(p *program, z *value) *value {
			size := p.abs(z)
			root := p.sqrt(p.fma(z, z, p.number(4)))
			root = p.choose(p.less(p.number(1e9), size), size, root)
			return p.mul(p.number(0.5), p.add(z, root))
		},
		func(p *program, y *value) *value {
			one := p.number(1)
			return p.sub(one, p.div(one, p.fma(y, y, one)))
		}},
	{"tanh", (*program).tanh,
		func(p *program, y *value) *value { return p.sub(p.number(1), p.mul(y, y)) }},
	{"tanhShrink",
		func(p *program, z *value) *value {
			small, large, rest := p.tanhParts(z)
			return p.choose(small, p.negate(p.mul(rest, z)), p.sub(z, large))
		},
		func(p *program, z *value) *value {
			t := p.tanh(z)
			return p.mul(t, t)
		}},
}

// aboveHalf is the float32 behind 1/2: x is less if and only if x <= 1/2.
const aboveHalf = 0.5 + 0x1p-24

// The numbers of selu: its scale, and scale times alpha in float32.
var (
	seluScale = 1.0507009873554805
	seluBelow = float64(float32(1.0507009873554805) * float32(1.6732632423543772))
)

func exponentialUnit(scale, below float64) func(p *program, z *value) *value {
	return func(p *program, z *value) *value {
		return p.choose(p.less(z, p.number(0)), p.mul(p.number(below), p.expm1(z)), p.mul(p.number(scale), z))
	}
}

func exponentialUnitSlope(scale, below float64) func(p *program, y *value) *value {
	return func(p *program, y *value) *value {
		return p.choose(p.less(y, p.number(0)), p.add(y, p.number(below)), p.number(scale))
	}
}

func hardSigmoid(p *program, z *value) *value {
	return p.div(p.clip(p.add(z, p.number(3)), 0, 6), p.number(6))
}

func sparseSigmoid(p *program, z *value) *value {
	return p.clip(p.mul(p.number(0.5), p.add(z, p.number(1))), 0, 1)
}

// shrinkSlope is 0 where y is 0, else 1.
func shrinkSlope(p *program, y *value) *value {
	return p.choose(p.equal(y, p.number(0)), p.number(0), p.number(1))
}

// mishParts returns e^z, with z no larger than 20, and e^z (e^z + 2).
func mishParts(p *program, z *value) (e, n *value) {
	z = p.choose(p.less(p.number(20), z), p.number(20), z)
	e = p.choose(p.equal(z, z), p.expNotAbove(z), z)
	return e, p.mul(e, p.add(e, p.number(2)))
}

// activationPrograms returns two programs for each activation: y = f(z) of the operands y and z, and d f'(z) of the
// operands dz, d and y or z.
func activationPrograms() (programs []*program) {
	for _, a := range activations {
		forward := newProgram(a.name, 2, 0)
		forward.store(0, a.f(forward, forward.operand(1)))
		backward := newProgram(a.name+"Slope", 3, 0)
		d := backward.operand(1)
		backward.store(0, backward.mul(d, a.slope(backward, backward.operand(2))))
		programs = append(programs, forward, backward)
	}
	return programs
}
