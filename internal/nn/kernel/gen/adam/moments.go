package adam

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// moments computes m += (g - m) C1 and v += (g*g - v) C2; if gradient is nil, with a g of zero.
//
// Many CPUs are slow to multiply denormal numbers. A moment that decays becomes denormal and stays so, since the
// smallest number times 0.9 rounds to itself. So, while g is zero, denormal moments decay as integers. A denormal x is
// an integer n times 2^-149, with n < 2^23, and from 2^23 to 2^24 floats are just the integers. There, 2^23+n - n C is
// rounded as x - x C would be: to the nearest integer, and from the middle between two to the even one. The bits of
// 2^23+n are those of 2^23 or those of n, which are those of x.
//
// That needs 0 <= C < 1. With C = 1 the result would be +0 also for a negative x, since it is exact.
func (s Step) moments(name LabelRef, gradient, m, v reg.VecVirtual, lanes int) {
	denormal, done := name+"Denormal", name+"Decayed"
	if s.Opmasks {
		s.momentsByOpmasks(denormal, done, gradient, m, v, lanes)
	} else {
		s.momentsByVectors(denormal, done, gradient, m, v, lanes)
	}
	asm.Place(done)
}

// toward computes x += (target - x) C, in the lanes of among if that is not nil. A nil target is zero.
func (s Step) toward(target, x, c reg.VecVirtual, lanes int, among reg.Register) {
	add, factor := VFNMADD231PS, x
	if target != nil {
		add, factor = VFMADD231PS, s.Vector()
		VSUBPS(of(x, lanes), of(target, lanes), of(factor, lanes))
	}
	if among == nil {
		add(of(c, lanes), of(factor, lanes), of(x, lanes))
	} else {
		add(of(c, lanes), of(factor, lanes), among, of(x, lanes))
	}
}

// square returns g*g, or nil for a nil g.
func (s Step) square(g reg.VecVirtual, lanes int) reg.VecVirtual {
	if g == nil {
		return nil
	}
	x := s.Vector()
	VMULPS(of(g, lanes), of(g, lanes), of(x, lanes))
	return x
}

// decay computes 2^23+n - n C, given 2^23+n in x, and returns it there.
func (s Step) decay(x, c reg.VecVirtual, lanes int) {
	n := s.Vector()
	VSUBPS(of(s.numbers[integers], lanes), of(x, lanes), of(n, lanes))
	VFNMADD231PS(of(c, lanes), of(n, lanes), of(x, lanes))
}

// Classes of VFPCLASSPS.
const (
	zeros     = 0x02 | 0x04
	denormals = 0x20
)

func classify(class uint8, v reg.VecVirtual, lanes int, among, k reg.Register) {
	switch x := of(v, lanes); lanes {
	case 4:
		VFPCLASSPSX(U8(class), x, among, k)
	case 8:
		VFPCLASSPSY(U8(class), x, among, k)
	default:
		VFPCLASSPSZ(U8(class), x, among, k)
	}
}

func (s Step) momentsByOpmasks(denormal, done LabelRef, gradient, m, v reg.VecVirtual, lanes int) {
	denormalM, denormalV := K(), K()
	classify(denormals, m, lanes, s.shrinks, denormalM)
	classify(denormals, v, lanes, s.shrinks, denormalV)
	KORTESTW(denormalM, denormalV)
	JNE(denormal)
	s.toward(gradient, m, s.c1, lanes, nil)
	s.toward(s.square(gradient, lanes), v, s.c2, lanes, nil)
	JMP(done)

	asm.Place(denormal)
	update := func(target, x, c reg.VecVirtual, apart reg.Register) {
		if gradient != nil {
			classify(zeros, gradient, lanes, apart, apart)
		}
		n, others := s.Vector(), K()
		VANDPS(of(s.numbers[fraction], lanes), of(x, lanes), of(n, lanes))
		VORPS(of(s.numbers[integers], lanes), of(n, lanes), of(n, lanes))
		s.decay(n, c, lanes)
		KNOTW(apart, others)
		s.toward(target, x, c, lanes, others)
		const firstUnlessThird = 0xd8 // the second where the third has ones
		VPTERNLOGD(U8(firstUnlessThird), of(s.numbers[fraction], lanes), of(n, lanes), apart, of(x, lanes))
	}
	update(gradient, m, s.c1, denormalM)
	update(s.square(gradient, lanes), v, s.c2, denormalV)
}

func (s Step) momentsByVectors(denormal, done LabelRef, gradient, m, v reg.VecVirtual, lanes int) {
	// Returns x-1 such that, as signed integers, it is at most turnedLastDenormal for denormal x only.
	turned := func(x reg.VecVirtual) reg.VecVirtual {
		y := s.Vector()
		VPADDD(s.numbers[absolute], of(x, lanes), of(y, lanes))
		return y
	}
	size, least, found := s.Vector(), s.Vector(), GP32()
	VANDPS(s.numbers[absolute], of(m, lanes), of(size, lanes))
	turnedM, turnedV := turned(size), turned(v)
	VPMINSD(of(turnedM, lanes), of(turnedV, lanes), of(least, lanes))
	VPCMPGTD(s.numbers[turnedLastDenormal], of(least, lanes), of(least, lanes))
	VMOVMSKPS(of(least, lanes), found)
	XORL(U8(1<<lanes-1), found)
	TESTL(s.shrinks, found)
	JNE(denormal)
	s.toward(gradient, m, s.c1, lanes, nil)
	s.toward(s.square(gradient, lanes), v, s.c2, lanes, nil)
	JMP(done)

	asm.Place(denormal)
	var still reg.VecVirtual // lanes whose gradient is zero
	if gradient != nil {
		none := s.Vector()
		still = s.Vector()
		asm.Zero(none)
		VPADDD(of(gradient, lanes), of(gradient, lanes), of(still, lanes))
		VPCMPEQD(of(none, lanes), of(still, lanes), of(still, lanes))
	}
	update := func(target, x, size, turned, c reg.VecVirtual) {
		n, others := s.Vector(), s.Vector()
		VORPS(s.numbers[integers], of(size, lanes), of(n, lanes))
		s.decay(n, c, lanes)
		VXORPS(s.numbers[integers], of(n, lanes), of(n, lanes))
		if size != x {
			signs := s.Vector()
			VXORPS(of(size, lanes), of(x, lanes), of(signs, lanes))
			VORPS(of(signs, lanes), of(n, lanes), of(n, lanes))
		}
		VPCMPGTD(s.numbers[turnedLastDenormal], of(turned, lanes), of(others, lanes))
		if gradient == nil {
			VANDNPS(of(n, lanes), of(others, lanes), of(n, lanes))
			VANDPS(of(x, lanes), of(others, lanes), of(x, lanes))
		} else {
			apart := s.Vector()
			VANDNPS(of(still, lanes), of(others, lanes), of(apart, lanes))
			VANDPS(of(n, lanes), of(apart, lanes), of(n, lanes))
			VANDNPS(of(x, lanes), of(apart, lanes), of(x, lanes))
		}
		s.toward(target, x, c, lanes, nil)
		VORPS(of(n, lanes), of(x, lanes), of(x, lanes))
	}
	update(gradient, m, size, turnedM, s.c1)
	update(s.square(gradient, lanes), v, v, turnedV, s.c2)
}
