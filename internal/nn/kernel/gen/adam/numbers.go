package adam

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// The bits of the numbers that a step compares with and calculates with.
const (
	absolute     = 1<<31 - 1  // all bits but the sign
	infinity     = 0xff << 23 // as unsigned integers, NaN and negative numbers are larger
	one          = 127 << 23
	margin       = (127 + 30) << 23  // 2^30, see moving
	leastMean    = (127 - 100) << 23 // 2^-100 and 2^-60, as in kernel.flush
	leastSquared = (127 - 60) << 23
)

// declareNumbers writes a table of the numbers, each in all lanes, for a set with too few registers.
func declareNumbers() map[uint32]Mem {
	numbers := make(map[uint32]Mem)
	table := GLOBL("adamNumbers", attr.RODATA|attr.NOPTR)
	const lanes = 8
	for i, bits := range []uint32{absolute, leastMean, leastSquared} {
		for lane := range lanes {
			DATA(4*(lanes*i+lane), U32(bits))
		}
		numbers[bits] = table.Offset(4 * lanes * i)
	}
	return numbers
}

// loadNumbers returns the numbers as operands: registers, or places in the table.
func (w Writer) loadNumbers() map[uint32]Op {
	numbers := make(map[uint32]Op)
	for bits, at := range w.numbers {
		numbers[bits] = at
	}
	if w.Opmasks {
		for _, bits := range []uint32{absolute, leastMean, leastSquared, infinity} {
			numbers[bits] = w.all(bits)
		}
	}
	return numbers
}

// all returns a vector with these bits in every lane.
func (w Writer) all(bits uint32) reg.VecVirtual {
	number := GP32()
	MOVL(U32(bits), number)
	return w.All(number)
}

// setLimit computes 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1.
func (s *Step) setLimit() {
	s.limit = s.Vector()
	VANDPS(s.numbers[absolute], s.alpha, s.limit)
	VDIVPS(s.epsilon, s.limit, s.limit)
	VMULPS(s.all(margin), s.limit, s.limit)
	epsilon := GP32()
	MOVL(asm.InMemory(Param("epsilon")), epsilon)
	DECL(epsilon)
	CMPL(epsilon, U32(one))
	JCS(asm.Labelf("possible"))
	VMOVUPS(s.all(1<<32-1), s.limit)
	asm.Place("possible")
}

// setStepsOfZero tests whether the limit is finite and Alpha at least +0. The step of moments of zero is then +0.
func (s *Step) setStepsOfZero() {
	set, limit := GP32(), GP32()
	MOVL(I32(-1), set)
	VMOVD(s.limit.AsX(), limit)
	CMPL(limit, U32(infinity))
	JCC(asm.Labelf("stepsOfZero"))
	CMPL(asm.InMemory(Param("alpha")), U32(infinity))
	JCC(asm.Labelf("stepsOfZero"))
	XORL(set, set)
	asm.Place("stepsOfZero")
	s.stepsOfZero = s.mask(set)
}

// mask returns the number as an opmask, if there are any.
func (s *Step) mask(lanes reg.GPVirtual) reg.Register {
	if !s.Opmasks {
		return lanes
	}
	k := K()
	KMOVW(lanes, k)
	return k
}
