// Package adam writes the kernels that take a step of Adam. kernel.AdamStep defines the step; step.go writes it for one
// vector of parameters, moments.go the part of it that decays moments, and needed.go finds the lanes that move.
package adam

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// Writer writes the kernels for one instruction set.
type Writer struct {
	asm.ISA
	numbers map[uint32]Mem // see declareNumbers; nil with opmasks, whose sets have registers for them
}

// New returns the writer for an instruction set.
func New(s asm.ISA) Writer {
	w := Writer{ISA: s}
	if !s.Opmasks {
		w.numbers = declareNumbers()
	}
	return w
}

// Adam writes the step, operation by operation. Division and square root take most of the time.
func (w Writer) Adam() {
	w.Text("adam", "(rows, cols int, p, m, v []float32, ldp int, grad []float32, ldg int, alpha, c1, c2, "+
		"epsilon float32)",
		"is Set.Adam for rows >= 1.")
	p, m, v, g := asm.Slice("p"), asm.Slice("m"), asm.Slice("v"), asm.Slice("grad")
	ldp, ldg := asm.Bytes("ldp"), asm.Bytes("ldg")
	step, name := w.Step(), LabelRef("whole")
	pointers, strides := []reg.GPVirtual{p, m, v, g}, []reg.GPVirtual{ldp, ldp, ldp, ldg}
	w.EachRow(pointers, strides, func(j reg.GPVirtual, rest asm.Mask) {
		gradient := w.Vector()
		w.Load(asm.Element(g, j), gradient, w.Lanes, rest)
		step.Emit(name, gradient, asm.Element(p, j), asm.Element(m, j), asm.Element(v, j), w.Lanes, rest)
		name = "rest"
	})
}

// Idle writes the step for a gradient of zeros.
func (w Writer) Idle() {
	w.Text("adamIdle", "(rows, cols int, p, m, v []float32, ldp int, alpha, c1, c2, epsilon float32)",
		"is Set.Adam with a gradient of zeros, for rows >= 1.")
	p, m, v, ldp := asm.Slice("p"), asm.Slice("m"), asm.Slice("v"), asm.Bytes("ldp")
	step, name := w.Step(), LabelRef("whole")
	w.EachRow([]reg.GPVirtual{p, m, v}, []reg.GPVirtual{ldp, ldp, ldp}, func(j reg.GPVirtual, rest asm.Mask) {
		step.EmitIdle(name, asm.Element(p, j), asm.Element(m, j), asm.Element(v, j), w.Lanes, rest)
		name = "rest"
	})
}
