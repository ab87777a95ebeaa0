package main

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// inStages reports whether the stages of a program are computed at different times. AVX2 gains by it: see docs/kernels.md.
// AVX-512, whose vectors keep the divider busy for twice as long, has not been measured.
func (a *amd64) inStages(p *program) bool { return len(p.lags) > 0 && !a.Opmasks }

// emitStages writes a loop over the rows in which a row has its first stage together with the later stages of the row above
// it. Of these, root and quotient, the quotient is of the vector before. A single row has nothing to go together with.
func (e *emission) emitStages(columns asm.Span) {
	if !slices.Equal(e.lags, []lag{rowLag, vectorLag}) {
		panic(e.name + ": wanted a stage a row later, and one a vector later")
	}
	const root, quotient = 1, 2
	CMPQ(asm.InMemory(Param("rows")), I8(1))
	JNE(LabelRef("stages"))
	e.at = e.load(0, quotient)
	e.skipIdle("only", columns, "done")
	e.Sweep("only", columns, e.emitAll)
	JMP(LabelRef("done"))

	asm.Place("stages")
	e.carry()
	e.at, e.before = e.load(0, 0), e.load(root, quotient)
	for i := range e.operands {
		if row, ok := e.before[i]; ok {
			SUBQ(element("strides", i), row)
		}
	}
	whole := asm.Part{Lanes: e.Lanes}
	now := func(j reg.GPVirtual) { e.emitStage(j, whole, 0, 0, 0) }
	nowPart := func(j reg.GPVirtual, v asm.Part) { e.emitStage(j, v, 0, 0, 0) }
	roots := func(j reg.GPVirtual) { e.emitStage(j, whole, 0, root, root) }
	quotients := func(j reg.GPVirtual) { e.emitStage(j, whole, 1, quotient, quotient) }
	laterPart := func(j reg.GPVirtual, v asm.Part) { e.emitStage(j, v, 0, root, quotient) }
	both := func(f, g func(reg.GPVirtual)) func(reg.GPVirtual) {
		return func(j reg.GPVirtual) { f(j); g(j) }
	}

	left := asm.InMemory(Param("rows"))
	waiting := GP32() // whether the row before waits for its later stages
	XORL(waiting, waiting)
	asm.Place("row")
	CMPQ(left, I8(0))
	JE(LabelRef("idle"))
	e.skipIdle("row", columns, "idle")
	TESTL(waiting, waiting)
	JE(LabelRef("firstOnly"))
	e.SweepAhead("all", columns, both(now, roots), both(now, both(quotients, roots)), quotients,
		func(j reg.GPVirtual, v asm.Part) { nowPart(j, v); laterPart(j, v) })
	JMP(LabelRef("next"))

	asm.Place("firstOnly")
	e.Sweep("first", columns, nowPart)
	INCL(waiting)
	JMP(LabelRef("next"))

	asm.Place("idle")
	TESTL(waiting, waiting)
	JE(LabelRef("nothing"))
	e.SweepAhead("later", columns, roots, both(quotients, roots), quotients, laterPart)
	XORL(waiting, waiting)
	asm.Place("nothing")
	CMPQ(left, I8(0))
	JE(LabelRef("done"))

	asm.Place("next")
	e.nextRow(e.at)
	e.nextRow(e.before)
	DECQ(left)
	JMP(LabelRef("row"))
	asm.Place("done")
}

// has reports whether stages read or write an operand.
func (p *program) has(operand, first, last int) bool {
	for _, n := range p.nodes {
		if n.stage < first || n.stage > last {
			continue
		}
		if (n.op == operandOp || n.op == storeOp || n.op == sumOp) && n.index == operand {
			return true
		}
		for _, a := range n.args {
			if !isConstant(a) && a.stage < first && p.operandOf(a) == operand {
				return true
			}
		}
	}
	return false
}

// carry finds what a stage leaves to the next in registers.
func (e *emission) carry() {
	e.carried = map[*value]reg.VecVirtual{}
	for _, n := range e.nodes {
		for _, a := range n.args {
			if isConstant(a) || a.stage == n.stage || e.operandOf(a) >= 0 {
				continue
			}
			if n.stage != a.stage+1 || e.lags[a.stage] != vectorLag {
				panic(fmt.Sprintf("%s: stage %d has no way to a value of stage %d", e.name, n.stage, a.stage))
			}
			if e.carried[a] == nil {
				e.carried[a] = e.Vector()
			}
		}
	}
}

// operandOf returns the operand that holds a value once its stage is over, or -1.
func (p *program) operandOf(v *value) int {
	of := -1
	for _, n := range p.nodes {
		if n.op == storeOp && n.args[0] == v && n.stage == v.stage {
			of = n.index
		}
	}
	if v.op == operandOp {
		of = v.index
		for _, n := range p.nodes {
			if n.op == storeOp && n.index == v.index {
				return -1
			}
		}
	}
	return of
}
