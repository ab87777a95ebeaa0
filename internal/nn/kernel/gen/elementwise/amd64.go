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
	constants map[uint32]Mem // the address of each constant
}

// signature is the parameters of a kernel: the size of its operands, their addresses, the distances between their rows
// in bytes, and the scalars. They are values: memory for them would be on the heap, since Go does not know what a
// function does that it calls by a pointer.
const signature = "(rows, cols int, data [7]*float32, strides [7]int, scalars [8]float32)"

// element returns the i-th element of a parameter.
func element(parameter string, i int) Mem { return asm.InMemory(Param(parameter).Index(i)) }

// keptAVX512 is the largest number of constants and scalars that AVX-512 keeps in registers; with more, avo finds none
// for the rest. AVX2 has too few registers, and broadcasts each where it is needed, which costs a load.
const keptAVX512 = 14

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
				at := 4 * len(a.constants)
				DATA(at, U32(v.bits))
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
	for _, v := range p.nodes {
		if a.Opmasks && (v.op == constantOp || v.op == scalarOp) && len(e.kept) < keptAVX512 {
			e.kept[v] = e.broadcast(v)
		}
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
		if v.op == constantOp || v.op == scalarOp {
			return e.broadcast(v)
		}
		return in[v]
	}
	// own returns a register with v that the caller may overwrite.
	own := func(v *value) reg.VecVirtual {
		if _, kept := e.kept[v]; !kept && (v.op == constantOp || v.op == scalarOp || left[v] == 0) {
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
		out := func() reg.VecVirtual {
			in[v] = e.Vector()
			return in[v]
		}
		switch v.op {
		case operandOp:
			e.Load(asm.Element(e.at[v.index], j), out(), e.Lanes, m)
		case scalarOp, constantOp:
		case addOp:
			VADDPS(arg(1), arg(0), out())
		case subtractOp:
			VSUBPS(arg(1), arg(0), out())
		case multiplyOp:
			VMULPS(arg(1), arg(0), out())
		case divideOp:
			VDIVPS(arg(1), arg(0), out())
		case sqrtOp:
			VSQRTPS(arg(0), out())
		case andOp:
			VANDPS(arg(1), arg(0), out())
		case xorOp:
			VXORPS(arg(1), arg(0), out())
		case shiftLeftOp:
			VPSLLD(U8(v.index), arg(0), out())
		case addIntOp:
			VPADDD(arg(1), arg(0), out())
		case minUintOp:
			VPMINUD(arg(1), arg(0), out())
		case fmaOp, fnmaOp:
			in[v] = e.multiplyAdd(v, left, vector, own)
		case lessOp, equalOp, equalIntOp:
			masks[v] = e.compare(v.op, arg(0), arg(1))
		case selectOp:
			mask := masks[v.args[0]]
			if e.Opmasks {
				VBLENDMPS(arg(1), arg(2), mask, out())
			} else {
				VBLENDVPS(mask, arg(1), arg(2), out())
			}
		case storeOp:
			e.Store(arg(0), asm.Element(e.at[v.index], j), e.Lanes, m)
		case sumOp:
			VADDPS(arg(0), e.sums[v], e.sums[v])
		}
	}
}

// multiplyAdd emits a*b + c or c - a*b into the register of an argument that is not needed any more, if there is one.
func (e *emission) multiplyAdd(v *value, left map[*value]int, vector, own func(*value) reg.VecVirtual) reg.VecVirtual {
	a, b, c := v.args[0], v.args[1], v.args[2]
	free := func(v *value) bool {
		return left[v] == 0 && v.op != constantOp && v.op != scalarOp
	}
	if !free(c) && (free(a) || free(b)) {
		if !free(a) {
			a, b = b, a
		}
		r := own(a) // a = a*b + c
		if v.op == fmaOp {
			VFMADD213PS(vector(c), vector(b), r)
		} else {
			VFNMADD213PS(vector(c), vector(b), r)
		}
		return r
	}
	r := own(c) // c += a*b
	if v.op == fmaOp {
		VFMADD231PS(vector(b), vector(a), r)
	} else {
		VFNMADD231PS(vector(b), vector(a), r)
	}
	return r
}

// compare emits a comparison and returns its mask.
func (e *emission) compare(o op, a, b reg.VecVirtual) reg.Register {
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
