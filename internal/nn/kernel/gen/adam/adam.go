// Package adam writes the step of Adam for the kernels that have more to do than that. kernel.AdamStep defines the step;
// step.go writes it for one vector of parameters, moments.go the part of it that moves the moments, and moving.go finds the
// parameters that move.
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
