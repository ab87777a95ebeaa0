// Package lists writes the kernels that make lists of nonzero features: Gather finds them in rows of bytes, Pack puts a
// sample into the form that Unpack turns into lists soonest, and Prefetch asks for a sample in time. AVX-512 moves bytes
// together and apart by instructions of VBMI2, AVX2 by tables.
package lists

import (
	. "github.com/mmcloughlin/avo/operand"

	"dnn/internal/nn/kernel/gen/asm"
)

// Writer writes the kernels for one instruction set.
type Writer struct {
	asm.ISA
	numbers      Mem // 0 to 63, a byte each; AVX-512 only
	permutations Mem // see declarePermutations; AVX2 only
}

// New returns the writer for an instruction set, and declares its tables.
func New(s asm.ISA) Writer {
	w := Writer{ISA: s}
	if s.Opmasks {
		w.numbers = declareNumbers()
	} else {
		w.permutations = declarePermutations()
	}
	return w
}
