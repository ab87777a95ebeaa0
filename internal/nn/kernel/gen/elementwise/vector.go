package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// vector emits stages of a program for the elements of one vector.
type vector struct {
	*emission
	part        asm.Part
	j           reg.GPVirtual // the first element
	back        int           // how many vectors before j it is instead
	first, last int           // stages

	left  map[*value]int // uses that are still to come
	in    map[*value]reg.VecVirtual
	masks map[*value]reg.Register
}

// emitAll emits the program for the vector at j.
func (e *emission) emitAll(j reg.GPVirtual, v asm.Part) { e.emitStage(j, v, 0, 0, e.stages) }

// emitStage emits the stages from first to last for the vector that is so many vectors before j.
func (e *emission) emitStage(j reg.GPVirtual, part asm.Part, back, first, last int) {
	v := &vector{emission: e, part: part, j: j, back: back, first: first, last: last,
		left: e.uses(), in: map[*value]reg.VecVirtual{}, masks: map[*value]reg.Register{}}
	for _, n := range e.nodes {
		if first <= n.stage && n.stage <= last {
			v.emit(n)
		}
	}
}

// element returns the elements of an operand.
func (v *vector) element(operand int) Mem {
	row := v.at
	if v.first > 0 {
		row = v.before
	}
	m := asm.Element(row[operand], v.j)
	m.Disp -= 4 * v.Lanes * v.back
	return m
}

// register returns a register with a value.
func (v *vector) register(n *value) reg.VecVirtual {
	if r, ok := v.kept[n]; ok {
		return r
	}
	if isConstant(n) {
		return v.broadcast(n)
	}
	if v.isEarlier(n) {
		if r, ok := v.carried[n]; ok {
			return r
		}
		if _, loaded := v.in[n]; !loaded {
			v.in[n] = v.Vector()
			v.Load(v.element(v.operandOf(n)), v.in[n], v.part.Lanes, v.part.Mask)
		}
	}
	return v.in[n]
}

// isEarlier reports whether a value is of a stage before those that are emitted.
func (v *vector) isEarlier(n *value) bool { return n.stage < v.first }

// narrow returns as much of a register as the vector has lanes.
func (v *vector) narrow(r reg.VecVirtual) reg.Register { return asm.Narrow(r, v.part.Lanes) }

// inMemory reports whether an instruction takes a value from memory. It takes whole vectors, which may not be there if a mask
// selects some lanes.
func (v *vector) inMemory(n *value) bool {
	if v.isEarlier(n) && !isConstant(n) {
		_, carried := v.carried[n]
		_, loaded := v.in[n]
		return !carried && !loaded && v.part.Mask == nil
	}
	return v.isInTable(n)
}

// source returns a value as an operand that may be in memory.
func (v *vector) source(n *value) Op {
	switch {
	case !v.inMemory(n):
		return v.narrow(v.register(n))
	case isConstant(n):
		return v.constants[n.bits]
	}
	return v.element(v.operandOf(n))
}

// own returns a register with a value that the caller may overwrite.
func (v *vector) own(n *value) reg.VecVirtual {
	if _, kept := v.kept[n]; !kept && (isConstant(n) || v.left[n] == 0) {
		return v.register(n)
	}
	r := v.Vector()
	VMOVAPS(v.narrow(v.register(n)), v.narrow(r))
	return r
}

// result returns the register for a value.
func (v *vector) result(n *value) reg.Register {
	if r, ok := v.carried[n]; ok && v.last == n.stage {
		v.in[n] = r
	} else {
		v.in[n] = v.Vector()
	}
	return v.narrow(v.in[n])
}

// emit emits an operation.
func (v *vector) emit(n *value) {
	for _, a := range n.args {
		v.left[a]--
	}
	arg := func(i int) reg.Register { return v.narrow(v.register(n.args[i])) }
	source := func(i int) Op { return v.source(n.args[i]) }
	// either returns the arguments of an operation whose order does not matter, the one that may be in memory first.
	either := func() (Op, reg.Register) {
		if v.inMemory(n.args[0]) {
			return source(0), arg(1)
		}
		return source(1), arg(0)
	}
	switch n.op {
	case operandOp:
		v.result(n)
		v.Load(v.element(n.index), v.in[n], v.part.Lanes, v.part.Mask)
	case scalarOp, constantOp:
	case addOp:
		x, y := either()
		VADDPS(x, y, v.result(n))
	case subtractOp:
		VSUBPS(source(1), arg(0), v.result(n))
	case multiplyOp:
		x, y := either()
		VMULPS(x, y, v.result(n))
	case divideOp:
		VDIVPS(source(1), arg(0), v.result(n))
	case sqrtOp:
		VSQRTPS(source(0), v.result(n))
	case andOp:
		x, y := either()
		VANDPS(x, y, v.result(n))
	case xorOp:
		x, y := either()
		VXORPS(x, y, v.result(n))
	case shiftLeftOp:
		VPSLLD(U8(n.index), arg(0), v.result(n))
	case addIntOp:
		x, y := either()
		VPADDD(x, y, v.result(n))
	case minUintOp:
		x, y := either()
		VPMINUD(x, y, v.result(n))
	case fmaOp, fnmaOp:
		v.in[n] = v.multiplyAdd(n)
	case lessOp, equalOp, equalIntOp:
		v.masks[n] = v.compare(n.op, arg(0), source(1))
	case selectOp:
		mask := v.masks[n.args[0]]
		switch {
		case v.Opmasks:
			VBLENDMPS(arg(1), arg(2), mask, v.result(n))
		case isZero(n.args[1]):
			VANDNPS(source(2), mask, v.result(n))
		case isZero(n.args[2]):
			VANDPS(source(1), mask, v.result(n))
		default:
			VBLENDVPS(mask, source(1), arg(2), v.result(n))
		}
	case storeOp:
		v.Store(v.register(n.args[0]), v.element(n.index), v.part.Lanes, v.part.Mask)
	case sumOp:
		VADDPS(arg(0), v.narrow(v.sums[n]), v.narrow(v.sums[n]))
	}
}

// multiplyAdd emits a*b + c or c - a*b into the register of an argument that is not needed any more, if there is one.
func (v *vector) multiplyAdd(n *value) reg.VecVirtual {
	a, b, c := n.args[0], n.args[1], n.args[2]
	if v.inMemory(a) {
		a, b = b, a
	}
	free := func(x *value) bool { return v.left[x] == 0 && !isConstant(x) }
	if !free(c) && (free(a) || free(b)) {
		if !free(a) {
			a, b = b, a
		}
		r := v.own(a) // a = a*b + c
		to, factor := v.narrow(r), v.narrow(v.register(b))
		if n.op == fmaOp {
			VFMADD213PS(v.source(c), factor, to)
		} else {
			VFNMADD213PS(v.source(c), factor, to)
		}
		return r
	}
	r := v.own(c) // c += a*b
	to, factor := v.narrow(r), v.narrow(v.register(a))
	if n.op == fmaOp {
		VFMADD231PS(v.source(b), factor, to)
	} else {
		VFNMADD231PS(v.source(b), factor, to)
	}
	return r
}

// compare emits a comparison and returns its mask.
func (v *vector) compare(o op, a reg.Register, b Op) reg.Register {
	predicate := U8(equalTo)
	if o == lessOp {
		predicate = U8(lessThan)
	}
	if v.Opmasks {
		k := K()
		if o == equalIntOp {
			VPCMPEQD(b, a, k)
		} else {
			VCMPPS(predicate, b, a, k)
		}
		return k
	}
	m := v.narrow(v.Vector())
	if o == equalIntOp {
		VPCMPEQD(b, a, m)
	} else {
		VCMPPS(predicate, b, a, m)
	}
	return m
}
