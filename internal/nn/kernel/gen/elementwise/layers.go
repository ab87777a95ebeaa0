package main

// layerPrograms returns the kernels of layers other than activations.
func layerPrograms() []*program {
	return []*program{
		bias(), biasRelu(), reluGrad(), residual(), dropout(), dropoutSlope(),
		squareSums(), normalize(), normalizeSums(), normalizeSlope(),
		leakyUnit(), leakyUnitSlope(), alphaUnit(), alphaUnitSlope(),
	}
}

// bias: y, bias.
func bias() *program {
	p := newProgram("bias", 2, 0)
	p.store(0, p.add(p.operand(0), p.operand(1)))
	return p
}

// biasRelu: y, bias.
func biasRelu() *program {
	p := newProgram("biasRelu", 2, 0)
	y := p.add(p.operand(0), p.operand(1))
	p.store(0, p.choose(p.less(y, p.number(0)), p.number(0), y))
	return p
}

// reluGrad: d, y.
func reluGrad() *program {
	p := newProgram("reluGrad", 2, 0)
	p.store(0, p.choose(p.less(p.number(0), p.operand(1)), p.operand(0), p.number(0)))
	return p
}

// residual: d, y; target, scale.
func residual() *program {
	p := newProgram("residual", 2, 2)
	p.store(0, p.mul(p.sub(p.operand(1), p.scalar(0)), p.scalar(1)))
	return p
}

// dropout: y, x, random bits; scale, and the bits from which on an element is kept.
func dropout() *program {
	p := newProgram("dropout", 3, 2)
	x, bits := p.operand(1), p.operand(2)
	threshold := p.scalar(1)
	kept := p.equalInt(p.minUint(bits, threshold), threshold)
	p.store(0, p.choose(kept, p.add(p.mul(x, p.scalar(0)), p.number(0)), p.pattern(1<<31)))
	return p
}

// dropoutSlope: dx, dy, y; scale.
func dropoutSlope() *program {
	p := newProgram("dropoutSlope", 3, 1)
	dropped := p.equalInt(p.operand(2), p.pattern(1<<31))
	p.store(0, p.choose(dropped, p.number(0), p.mul(p.operand(1), p.scalar(0))))
	return p
}

// squareSums: sums, x, mean.
func squareSums() *program {
	p := newProgram("squareSums", 3, 0)
	d := p.sub(p.operand(1), p.operand(2))
	p.sum(0, p.mul(d, d))
	return p
}

// normalize: y, x, mean, scale, shift.
func normalize() *program {
	p := newProgram("normalize", 5, 0)
	d := p.sub(p.operand(1), p.operand(2))
	p.store(0, p.add(p.mul(d, p.operand(3)), p.operand(4)))
	return p
}

// normalizeSums: dgamma, dbeta, x, dy, mean, inverse.
func normalizeSums() *program {
	p := newProgram("normalizeSums", 6, 0)
	dy := p.operand(3)
	h := p.mul(p.sub(p.operand(2), p.operand(4)), p.operand(5))
	p.sum(0, p.mul(dy, h))
	p.sum(1, dy)
	return p
}

// normalizeSlope: dx, dy, x, mean, scale, slope, shift.
func normalizeSlope() *program {
	p := newProgram("normalizeSlope", 7, 0)
	d := p.sub(p.mul(p.operand(1), p.operand(4)), p.operand(6))
	p.store(0, p.fnma(p.sub(p.operand(2), p.operand(3)), p.operand(5), d))
	return p
}

// leakyUnit: y, x; slope.
func leakyUnit() *program {
	p := newProgram("leakyUnit", 2, 1)
	x := p.operand(1)
	p.store(0, p.choose(p.less(x, p.number(0)), p.mul(p.scalar(0), x), x))
	return p
}

// leakyUnitSlope: dx, dy, x; slope.
func leakyUnitSlope() *program {
	p := newProgram("leakyUnitSlope", 3, 1)
	slope := p.choose(p.less(p.number(0), p.operand(2)), p.number(1), p.scalar(0))
	p.store(0, p.mul(p.operand(1), slope))
	return p
}

// alphaUnit: y, x; alpha.
func alphaUnit() *program {
	p := newProgram("alphaUnit", 2, 1)
	x := p.operand(1)
	p.store(0, p.choose(p.less(x, p.number(0)), p.mul(p.scalar(0), p.expm1(x)), x))
	return p
}

// alphaUnitSlope: dx, dy, x, y; alpha.
func alphaUnitSlope() *program {
	p := newProgram("alphaUnitSlope", 4, 1)
	slope := p.choose(p.less(p.number(0), p.operand(2)), p.number(1), p.add(p.operand(3), p.scalar(0)))
	p.store(0, p.mul(p.operand(1), slope))
	return p
}
