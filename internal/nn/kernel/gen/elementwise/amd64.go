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
	at      map[int]reg.GPVirtual     // the present row of each operand; in stages, of each that the first stage has
	before  map[int]reg.GPVirtual     // the row before it of each that later stages have
	kept    map[*value]reg.VecVirtual // constants and scalars in registers
	carried map[*value]reg.VecVirtual // what a stage leaves to the next in registers
	sums    map[*value]reg.VecVirtual
}

func (a *amd64) emit(p *program) {
	a.Text(p.name, signature, "is the kernel of that name for rows >= 1 and cols >= 1.")
	e := &emission{amd64: a, program: p, kept: map[*value]reg.VecVirtual{}}
	for _, v := range a.keeps(p) {
		e.kept[v] = e.broadcast(v)
	}
	columns := a.HalvedSpan(asm.Arg("cols"))
	switch {
	case p.reduces:
		e.emitReduction(columns)
	case a.inStages(p):
		e.emitStages(columns)
	default:
		e.at = e.load(0, p.stages)
		left := asm.Arg("rows")
		asm.Place("row")
		e.skipIdle("row", columns, "next")
		a.Sweep("vector", columns, e.emitAll)
		asm.Place("next")
		e.nextRow(e.at)
		DECQ(left)
		JNE(asm.Labelf("row"))
	}
	asm.End()
}

// load returns registers with the addresses of the operands that stages have.
func (e *emission) load(first, last int) map[int]reg.GPVirtual {
	at := map[int]reg.GPVirtual{}
	for i := range e.operands {
		if e.has(i, first, last) {
			at[i] = GP64()
			MOVQ(element("data", i), at[i])
		}
	}
	return at
}

// nextRow moves addresses on by a row.
func (e *emission) nextRow(rows map[int]reg.GPVirtual) {
	for i := range e.operands {
		if at, ok := rows[i]; ok {
			ADDQ(element("strides", i), at)
		}
	}
}

// emitReduction writes a loop over the columns around one over the rows.
func (e *emission) emitReduction(columns asm.Span) {
	left := GP64()
	e.Sweep("vector", columns, func(j reg.GPVirtual, v asm.Part) {
		row := asm.Labelf("%sRow", v.Name)
		e.at = e.load(0, 0)
		e.sums = map[*value]reg.VecVirtual{}
		for _, n := range e.nodes {
			if n.op == sumOp {
				e.sums[n] = e.Vector()
				asm.Zero(e.sums[n])
			}
		}
		Load(Param("rows"), left)
		asm.Place(row)
		e.emitAll(j, v)
		e.nextRow(e.at)
		DECQ(left)
		JNE(row)
		for _, n := range e.nodes {
			if n.op == sumOp {
				to := GP64()
				MOVQ(element("data", n.index), to)
				e.Store(e.sums[n], asm.Element(to, j), v.Lanes, v.Mask)
			}
		}
	})
}

// skipIdle jumps if the row stays as it is.
func (e *emission) skipIdle(name string, columns asm.Span, to LabelRef) {
	if len(e.idle) == 0 {
		return
	}
	busy := asm.Labelf("%sBusy", name)
	e.Sweep(name+"Idle", columns, func(j reg.GPVirtual, v asm.Part) {
		all, one := e.Vector(), e.Vector()
		narrow := func(r reg.VecVirtual) reg.Register { return asm.Narrow(r, v.Lanes) }
		for i, operand := range e.idle {
			if at := asm.Element(e.at[operand], j); i == 0 {
				e.Load(at, all, v.Lanes, v.Mask)
			} else {
				e.Load(at, one, v.Lanes, v.Mask)
				VORPS(narrow(one), narrow(all), narrow(all))
			}
		}
		if e.Opmasks {
			some := K()
			VPTESTMD(narrow(all), narrow(all), some)
			KORTESTW(some, some)
		} else {
			VPTEST(narrow(all), narrow(all))
		}
		JNE(busy)
	})
	JMP(to)
	asm.Place(busy)
}

// broadcast loads a constant or a scalar into all lanes of a register.
func (e *emission) broadcast(v *value) reg.VecVirtual {
	if v.op == constantOp {
		return e.Broadcast(e.constants[v.bits])
	}
	return e.Broadcast(element("scalars", v.index))
}
