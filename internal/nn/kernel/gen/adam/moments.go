package adam

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// moments computes m = flush(m + (g - m) C1) and v = flush(v + (g*g - v) C2), with kernel's square of g; if gradient is
// nil, with a g of zero.
func (s Step) moments(gradient, m, v reg.VecVirtual, lanes int) {
	s.toward(gradient, m, s.c1, lanes)
	s.flush(s.leastMean, m, m, lanes)
	var square reg.VecVirtual
	if gradient != nil {
		square = s.Vector()
		s.flush(s.leastSquared, gradient, square, lanes)
		VMULPS(of(square, lanes), of(square, lanes), of(square, lanes))
	}
	s.toward(square, v, s.c2, lanes)
	s.flush(s.leastMean, v, v, lanes)
}

// toward computes x += (target - x) C. A nil target is zero.
func (s Step) toward(target, x, c reg.VecVirtual, lanes int) {
	if target == nil {
		VFNMADD231PS(of(c, lanes), of(x, lanes), of(x, lanes))
		return
	}
	way := s.Vector()
	VSUBPS(of(x, lanes), of(target, lanes), of(way, lanes))
	VFMADD231PS(of(c, lanes), of(way, lanes), of(x, lanes))
}

// flush writes x to y, but 0 where |x| is less than least.
func (s Step) flush(least, x, y reg.VecVirtual, lanes int) {
	size, kept := s.Vector(), K()
	VANDPS(of(s.absolute, lanes), of(x, lanes), of(size, lanes))
	VCMPPS(U8(notLess), of(least, lanes), of(size, lanes), kept)
	VMOVAPS_Z(of(x, lanes), kept, of(y, lanes))
}
