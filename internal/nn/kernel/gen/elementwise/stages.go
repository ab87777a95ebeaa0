package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// inStages reports whether the stages of a program are computed at different times. AVX2 gains by it (docs/kernels.md).
// AVX-512, whose vectors keep the divider busy for twice as long, has not been measured.
func (a *amd64) inStages(p *program) bool { return p.stages > 0 && !a.Opmasks }

// The stages of an optimizer after the first, which has the moments.
const root, quotient = 1, 2

// emitStages writes a loop over the rows in which a row has its first stage together with the later stages of the row
// above it. Of these, root and quotient, the quotient is of the vector before. A single row has nothing to go together
// with.
func (e *emission) emitStages(columns asm.Span) {
	if e.stages != quotient {
		panic(fmt.Sprintf("%s: wanted %d stages after the first, found %d", e.name, quotient, e.stages))
	}
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

// carry finds what the root's stage leaves to the quotient's in registers.
func (e *emission) carry() {
	e.carried = map[*value]reg.VecVirtual{}
	for _, n := range e.nodes {
		for _, a := range n.args {
			if isConstant(a) || a.stage == n.stage || e.operandOf(a) >= 0 {
				continue
			}
			switch a.op {
			case fmaOp, fnmaOp, lessOp, equalOp, equalIntOp: // these choose their registers themselves
				panic(e.name + ": a stage needs a value that cannot be carried to it")
			}
			if a.stage != root || n.stage != quotient {
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
	of, stores := -1, map[int]int{}
	for _, n := range p.nodes {
		if n.op == storeOp {
			if stores[n.index]++; n.args[0] == v && n.stage == v.stage {
				of = n.index
			}
		}
	}
	switch {
	case of >= 0 && stores[of] > 1:
		return -1
	case of < 0 && v.op == operandOp && stores[v.index] == 0:
		return v.index
	}
	return of
}
