package adam

import (
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

// all returns a vector with these bits in every lane.
func (s Step) all(bits uint32) reg.VecVirtual {
	number := GP32()
	MOVL(U32(bits), number)
	return s.All(number)
}

// setLimit computes 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1.
func (s *Step) setLimit() {
	s.limit = s.Vector()
	VANDPS(s.absolute, s.alpha, s.limit)
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
	s.stepsOfZero = K()
	KMOVW(set, s.stepsOfZero)
}
