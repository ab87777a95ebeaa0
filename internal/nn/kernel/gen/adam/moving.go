package adam

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPS and VPCMPUD. They compare the last operand but one with the operand before it.
const (
	notLess     = 21 // of floats; true if unordered
	moreInteger = 6
)

// moving returns the lanes of p, among those of rest, whose step must be taken. It needs opmasks.
//
// Root and quotient are left out in lanes where they could not change the parameter. A step is no longer than
// |m|*Alpha/Epsilon. If that is less than half of the distance from p to the next float32, which is at least 2^-26 |p|,
// p does not change. A lane is left out if 2^30 |m| Alpha/Epsilon < |p|. The margin covers all rounding. The step is always taken if p is 0 or NaN, if v is negative or NaN, and
// unless 0 < Epsilon <= 1: with a larger Epsilon the limit could underflow, and m*Alpha overflow although the quotient
// does not.
func (s Step) moving(m, v, p reg.VecVirtual, lanes int, rest reg.Register) reg.Register {
	size, length := s.Vector(), s.Vector()
	VANDPS(of(s.absolute, lanes), of(m, lanes), of(length, lanes))
	VMULPS(of(s.limit, lanes), of(length, lanes), of(length, lanes))
	VANDPS(of(s.absolute, lanes), of(p, lanes), of(size, lanes))
	long, odd := K(), K()
	if rest == nil {
		VCMPPS(U8(notLess), of(size, lanes), of(length, lanes), long)
		VPCMPUD(U8(moreInteger), of(s.infinity, lanes), of(v, lanes), odd)
	} else {
		VCMPPS(U8(notLess), of(size, lanes), of(length, lanes), rest, long)
		VPCMPUD(U8(moreInteger), of(s.infinity, lanes), of(v, lanes), rest, odd)
	}
	KORW(odd, long, long)
	return long
}

// only returns v with zeros in the other lanes.
func (s Step) only(these reg.Register, v reg.VecVirtual, lanes int) reg.VecVirtual {
	x := s.Vector()
	VMOVAPS_Z(of(v, lanes), these, of(x, lanes))
	return x
}
