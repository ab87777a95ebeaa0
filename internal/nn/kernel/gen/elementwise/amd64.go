package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// amd64 emits programs for AVX2 or AVX-512.
type amd64 struct {
	asm.ISA
	constants map[uint32]Mem // the address of each constant; without opmasks, where it is in all lanes of a vector
}

// signature is the parameters of a kernel: the size of its operands, their addresses, the distances between their rows
// in bytes, and the scalars. They are values: memory for them would be on the heap, since Go does not know what a
// function does that it calls by a pointer.
const signature = "(rows, cols int, data [7]*float32, strides [7]int, scalars [8]float32)"

// element returns the i-th element of a parameter.
func element(parameter string, i int) Mem { return asm.InMemory(Param(parameter).Index(i)) }

// Predicates of VCMPPS: ordered, so false for NaN, and without an exception for it.
const (
	lessThan = 0x11
	equalTo  = 0x00
)

// declareConstants writes a table of the constants of all programs.
func (a *amd64) declareConstants(programs []*program) {
	table := GLOBL("elementwiseConstants", attr.RODATA|attr.NOPTR)
	a.constants = map[uint32]Mem{}
	for _, p := range programs {
		for _, v := range p.nodes {
			if _, ok := a.constants[v.bits]; v.op == constantOp && !ok {
				at := 4 * a.copies() * len(a.constants)
				for lane := range a.copies() {
					DATA(at+4*lane, U32(v.bits))
				}
				a.constants[v.bits] = table.Offset(at)
			}
		}
	}
}

// emission is what is known while a program is emitted.
type emission struct {
	*amd64
	*program
	at   []reg.GPVirtual           // the present row of each operand
	kept map[*value]reg.VecVirtual // constants and scalars in registers
	sums map[*value]reg.VecVirtual
}

func (a *amd64) emit(p *program) {
	a.Text(p.name, signature, "is the kernel of that name for rows >= 1 and cols >= 1.")
	e := &emission{amd64: a, program: p, kept: map[*value]reg.VecVirtual{}}
	for range p.operands {
		e.at = append(e.at, GP64())
	}
	load := func() {
		for i, at := range e.at {
			MOVQ(element("data", i), at)
		}
	}
	for _, v := range a.keeps(p) {
		e.kept[v] = e.broadcast(v)
	}
	nextRow := func() {
		for i, at := range e.at {
			ADDQ(element("strides", i), at)
		}
	}
	columns := a.Span(asm.Arg("cols"))
	left := GP64()
	if !p.reduces {
		load()
		Load(Param("rows"), left)
		asm.Place("row")
		a.Sweep("vector", columns, e.body)
		nextRow()
		DECQ(left)
		JNE(asm.Labelf("row"))
		asm.End()
		return
	}
	a.Sweep("vector", columns, func(j reg.GPVirtual, m asm.Mask) {
		row := asm.Labelf("row")
		if m != nil {
			row = asm.Labelf("rowOfRest")
		}
		load()
		e.sums = map[*value]reg.VecVirtual{}
		for _, v := range p.nodes {
			if v.op == sumOp {
				e.sums[v] = a.Vector()
				asm.Zero(e.sums[v])
			}
		}
		Load(Param("rows"), left)
		asm.Place(row)
		e.body(j, m)
		nextRow()
		DECQ(left)
		JNE(row)
		for _, v := range p.nodes {
			if v.op == sumOp {
				to := GP64()
				MOVQ(element("data", v.index), to)
				a.Store(e.sums[v], asm.Element(to, j), a.Lanes, m)
			}
		}
	})
	asm.End()
}

// broadcast loads a constant or a scalar into all lanes of a register.
func (e *emission) broadcast(v *value) reg.VecVirtual {
	if v.op == constantOp {
		return e.Broadcast(e.constants[v.bits])
	}
	return e.Broadcast(element("scalars", v.index))
}

// body emits the program for the elements from column j on that m selects.
func (e *emission) body(j reg.GPVirtual, m asm.Mask) {
	left := e.uses()
	in := map[*value]reg.VecVirtual{} // what has been computed
	masks := map[*value]reg.Register{}
	vector := func(v *value) reg.VecVirtual {
		if r, ok := e.kept[v]; ok {
			return r
		}
		if isConstant(v) {
			return e.broadcast(v)
		}
		return in[v]
	}
	// source returns v as an operand that may be in memory.
	source := func(v *value) Op {
		if e.inMemory(v) {
			return e.constants[v.bits]
		}
		return vector(v)
	}
	// own returns a register with v that the caller may overwrite.
	own := func(v *value) reg.VecVirtual {
		if _, kept := e.kept[v]; !kept && (isConstant(v) || left[v] == 0) {
			return vector(v)
		}
		r := e.Vector()
		VMOVAPS(vector(v), r)
		return r
	}
	for _, v := range e.nodes {
		for _, a := range v.args {
			left[a]--
		}
		arg := func(i int) reg.VecVirtual { return vector(v.args[i]) }
		// either returns the arguments of an operation whose order does not matter, the one that may be in memory first.
		either := func() (Op, reg.VecVirtual) {
			if e.inMemory(v.args[0]) {
				return source(v.args[0]), arg(1)
			}
			return source(v.args[1]), arg(0)
		}
		out := func() reg.VecVirtual {
			in[v] = e.Vector()
			return in[v]
		}
		switch v.op {
		case operandOp:
			e.Load(asm.Element(e.at[v.index], j), out(), e.Lanes, m)
		case scalarOp, constantOp:
		case addOp:
			x, y := either()
			VADDPS(x, y, out())
		case subtractOp:
			VSUBPS(source(v.args[1]), arg(0), out())
		case multiplyOp:
			x, y := either()
			VMULPS(x, y, out())
		case divideOp:
			VDIVPS(source(v.args[1]), arg(0), out())
		case sqrtOp:
			VSQRTPS(arg(0), out())
		case andOp:
			x, y := either()
			VANDPS(x, y, out())
		case xorOp:
			x, y := either()
			VXORPS(x, y, out())
		case shiftLeftOp:
			VPSLLD(U8(v.index), arg(0), out())
		case addIntOp:
			x, y := either()
			VPADDD(x, y, out())
		case minUintOp:
			x, y := either()
			VPMINUD(x, y, out())
		case fmaOp, fnmaOp:
			in[v] = e.multiplyAdd(v, left, vector, own, source)
		case lessOp, equalOp, equalIntOp:
			masks[v] = e.compare(v.op, arg(0), source(v.args[1]))
		case selectOp:
			mask := masks[v.args[0]]
			switch {
			case e.Opmasks:
				VBLENDMPS(arg(1), arg(2), mask, out())
			case isZero(v.args[1]):
				VANDNPS(source(v.args[2]), mask, out())
			case isZero(v.args[2]):
				VANDPS(source(v.args[1]), mask, out())
			default:
				VBLENDVPS(mask, source(v.args[1]), arg(2), out())
			}
		case storeOp:
			e.Store(arg(0), asm.Element(e.at[v.index], j), e.Lanes, m)
		case sumOp:
			VADDPS(arg(0), e.sums[v], e.sums[v])
		}
	}
}

// multiplyAdd emits a*b + c or c - a*b into the register of an argument that is not needed any more, if there is one.
func (e *emission) multiplyAdd(
	v *value, left map[*value]int, vector, own func(*value) reg.VecVirtual, source func(*value) Op,
) reg.VecVirtual {
	a, b, c := v.args[0], v.args[1], v.args[2]
	if e.inMemory(a) {
		a, b = b, a
	}
	free := func(v *value) bool {
		return left[v] == 0 && !isConstant(v)
	}
	if !free(c) && (free(a) || free(b)) {
		if !free(a) {
			a, b = b, a
		}
		r := own(a) // a = a*b + c
		if v.op == fmaOp {
			VFMADD213PS(source(c), vector(b), r)
		} else {
			VFNMADD213PS(source(c), vector(b), r)
		}
		return r
	}
	r := own(c) // c += a*b
	if v.op == fmaOp {
		VFMADD231PS(source(b), vector(a), r)
	} else {
		VFNMADD231PS(source(b), vector(a), r)
	}
	return r
}

// compare emits a comparison and returns its mask.
func (e *emission) compare(o op, a reg.VecVirtual, b Op) reg.Register {
	predicate := U8(equalTo)
	if o == lessOp {
		predicate = U8(lessThan)
	}
	if e.Opmasks {
		k := K()
		if o == equalIntOp {
			VPCMPEQD(b, a, k)
		} else {
			VCMPPS(predicate, b, a, k)
		}
		return k
	}
	m := e.Vector()
	if o == equalIntOp {
		VPCMPEQD(b, a, m)
	} else {
		VCMPPS(predicate, b, a, m)
	}
	return m
}
