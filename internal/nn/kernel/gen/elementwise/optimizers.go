package main

// optimizerPrograms returns the kernels of optimizers, and of what is done to a gradient before.
func optimizerPrograms() []*program {
	return []*program{
		adam(), adamIdle(), sgd(), decay(), lerp(),
		momentum("momentum", false), momentum("nesterov", true),
		rmsprop("rmsprop", false, false), rmsprop("rmspropMomentum", false, true),
		rmsprop("rmspropCentered", true, false), rmsprop("rmspropCenteredMomentum", true, true),
		lion(), nadam(), amsgrad(), clipped(), scale(), regularize(),
	}
}

// flush and flushBelow are kernel's functions of these names.
func (p *program) flush(v *value) *value { return p.flushBelow(0x1p-100, v) }

func (p *program) flushBelow(limit float64, v *value) *value {
	return p.choose(p.less(p.abs(v), p.number(limit)), p.number(0), v)
}

// square is kernel's function of that name.
func (p *program) square(g *value) *value {
	g = p.flushBelow(0x1p-60, g)
	return p.mul(g, g)
}

// moments moves the moments m and v, which are operands 1 and 2, towards g and its square, and stores them.
func (p *program) moments(m, v, g, c1, c2 *value) (movedM, movedV *value) {
	m = p.flush(p.fma(p.sub(g, m), c1, m))
	v = p.flush(p.fma(p.sub(p.square(g), v), c2, v))
	p.store(1, m)
	p.store(2, v)
	return m, v
}

// adam: p, m, v, g; alpha, 1-beta1, 1-beta2, epsilon.
func adam() *program {
	p := newProgram("adam", 4, 4)
	m, v, g := p.operand(1), p.operand(2), p.operand(3)
	m, v = p.moments(m, v, g, p.scalar(1), p.scalar(2))
	p.adamStep(m, v)
	return p
}

// adamIdle: adam with a gradient of zeros, for a step that rests at zero (AdamStep.restsAtZero).
func adamIdle() *program {
	p := newProgram("adamIdle", 3, 4)
	m, v := p.operand(1), p.operand(2)
	m, v = p.flush(p.fnma(p.scalar(1), m, m)), p.flush(p.fnma(p.scalar(2), v, v))
	p.store(1, m)
	p.store(2, v)
	p.adamStep(m, v)
	p.skip(1, 2)
	return p
}

// adamStep moves the parameters by the moments; alpha is scalar 0 and epsilon scalar 3.
func (p *program) adamStep(m, v *value) {
	p.step(func() *value { return p.mul(m, p.scalar(0)) }, v, 3)
}

// step moves the parameters, operand 0, by way / (sqrt(v) + epsilon), each in a stage of its own; epsilon is a scalar.
func (p *program) step(way func() *value, v *value, epsilon int) {
	p.later()
	root := p.add(p.sqrt(v), p.scalar(epsilon))
	p.later()
	p.store(0, p.sub(p.operand(0), p.div(way(), root)))
}

// sgd: p, g; rate.
func sgd() *program {
	p := newProgram("sgd", 2, 1)
	p.store(0, p.fnma(p.scalar(0), p.operand(1), p.operand(0)))
	return p
}

// decay: p; decay, rate.
func decay() *program {
	p := newProgram("decay", 1, 2)
	w := p.operand(0)
	p.store(0, p.sub(w, p.mul(p.mul(w, p.scalar(0)), p.scalar(1))))
	return p
}

// lerp: dst, src; share.
func lerp() *program {
	p := newProgram("lerp", 2, 1)
	from := p.operand(0)
	p.store(0, p.fma(p.scalar(0), p.sub(p.operand(1), from), from))
	return p
}

// momentum: p, m, g; momentum, rate.
func momentum(name string, nesterov bool) *program {
	p := newProgram(name, 3, 2)
	w, m, g := p.operand(0), p.operand(1), p.operand(2)
	keep, step := p.scalar(0), p.mul(g, p.scalar(1))
	m = p.flush(p.sub(p.mul(m, keep), step))
	p.store(1, m)
	if nesterov {
		m = p.sub(p.mul(m, keep), step)
	}
	p.store(0, p.add(w, m))
	return p
}

// rmsprop: p, g, v, then a if centered and m if there is momentum; rate, rho, 1-rho, epsilon, momentum.
func rmsprop(name string, centered, momentum bool) *program {
	p := newProgram(name, 3, 4)
	g, v := p.operand(1), p.operand(2)
	rate, rho, rest, epsilon := p.scalar(0), p.scalar(1), p.scalar(2), p.scalar(3)
	v = p.flush(p.add(p.mul(rho, v), p.mul(rest, p.square(g))))
	p.store(2, v)
	if centered {
		a := p.operand(p.operands)
		a = p.flushBelow(0x1p-60, p.add(p.mul(rho, a), p.mul(rest, g)))
		p.store(p.operands, a)
		p.operands++
		p.later()
		v = p.sub(v, p.mul(a, a))
	} else {
		p.later()
	}
	root := p.sqrt(p.add(v, epsilon))
	p.later()
	step := p.div(p.mul(rate, g), root)
	if momentum {
		step = p.flush(p.add(p.mul(p.scalar(4), p.operand(p.operands)), step))
		p.store(p.operands, step)
		p.operands++
	}
	p.store(0, p.sub(p.operand(0), step))
	return p
}

// lion: p, m, g; rate, beta1, 1-beta1, beta2, 1-beta2.
func lion() *program {
	p := newProgram("lion", 3, 5)
	w, m, g := p.operand(0), p.operand(1), p.operand(2)
	rate := p.scalar(0)
	step := p.add(p.mul(m, p.scalar(1)), p.mul(g, p.scalar(2)))
	step = p.choose(p.less(p.number(0), step), rate, p.choose(p.less(step, p.number(0)), p.negate(rate), step))
	p.store(0, p.sub(w, step))
	p.store(1, p.flush(p.add(p.mul(m, p.scalar(3)), p.mul(g, p.scalar(4)))))
	return p
}

// nadam: p, m, v, g; the factors of m and g, 1-beta1, 1-beta2, epsilon.
func nadam() *program {
	p := newProgram("nadam", 4, 5)
	m, v, g := p.operand(1), p.operand(2), p.operand(3)
	m, v = p.moments(m, v, g, p.scalar(2), p.scalar(3))
	p.step(func() *value { return p.fma(m, p.scalar(0), p.mul(g, p.scalar(1))) }, v, 4)
	return p
}

// amsgrad: p, m, v, h, g; alpha, 1-beta1, 1-beta2, epsilon.
func amsgrad() *program {
	p := newProgram("amsgrad", 5, 4)
	m, v, h, g := p.operand(1), p.operand(2), p.operand(3), p.operand(4)
	m, v = p.moments(m, v, g, p.scalar(1), p.scalar(2))
	h = p.choose(p.less(v, h), h, v) // NaN of v stays
	p.store(3, h)
	p.adamStep(m, h)
	return p
}

// clipped: g; limit.
func clipped() *program {
	p := newProgram("clip", 1, 1)
	g, limit := p.operand(0), p.scalar(0)
	g = p.choose(p.less(limit, g), limit, g)
	low := p.negate(limit)
	p.store(0, p.choose(p.less(g, low), low, g))
	return p
}

// scale: g; factor.
func scale() *program {
	p := newProgram("scale", 1, 1)
	p.store(0, p.mul(p.operand(0), p.scalar(0)))
	return p
}

// regularize: g, w; l1, l2.
func regularize() *program {
	p := newProgram("regularize", 2, 2)
	g, w := p.operand(0), p.operand(1)
	l1, zero := p.scalar(0), p.number(0)
	g = p.add(g, p.mul(p.scalar(1), w))
	sign := p.choose(p.less(zero, w), l1, p.choose(p.less(w, zero), p.negate(l1), zero))
	p.store(0, p.add(g, sign))
	return p
}
