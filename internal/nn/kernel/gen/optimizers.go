package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// adam writes the step that AdamStep defines, operation by operation. Division and square root take most of the time.
func (s isa) adam() {
	s.Text("adam", "(rows, cols int, p, m, v []float32, ldp int, grad []float32, ldg int, alpha, c1, c2, "+
		"epsilon float32)",
		"is Set.Adam for rows >= 1.")
	p, m, v, g := asm.Slice("p"), asm.Slice("m"), asm.Slice("v"), asm.Slice("grad")
	ldp, ldg := asm.Bytes("ldp"), asm.Bytes("ldg")
	step := s.adamStep()
	pointers, strides := []reg.GPVirtual{p, m, v, g}, []reg.GPVirtual{ldp, ldp, ldp, ldg}
	s.EachRow(pointers, strides, func(j reg.GPVirtual, rest asm.Mask) {
		gradient := s.Vector()
		s.Load(asm.Element(g, j), gradient, s.Lanes, rest)
		step.emit(gradient, asm.Element(p, j), asm.Element(m, j), asm.Element(v, j), s.Lanes, rest)
	})
}

// adamStep has the step's constants, each in all lanes of a vector.
//
// With opmasks, root and quotient are left out in lanes where they could not change the parameter. A step is no longer
// than |m|*Alpha/Epsilon. If that is less than half of the distance from p to the next float32, which is at least 2^-26
// |p|, p does not change. A lane is left out if 2^30 |m| Alpha/Epsilon < |p|. The margin covers all rounding, also to
// denormal numbers, which can double a product. The step is always taken if p is 0 or NaN, if v is negative or NaN, and
// unless 0 < Epsilon <= 1: with a larger Epsilon the limit could underflow, and m*Alpha overflow although the quotient
// does not.
//
// This also avoids arithmetic with denormal numbers, which is slow on many CPUs. While the gradient is zero, moments
// decay to denormal numbers and stay there, since the smallest one times 0.9 rounds to itself. docs/kernels.md says how
// often that happens.
type adamStep struct {
	isa
	alpha, c1, c2, epsilon reg.VecVirtual

	limit       reg.VecVirtual // 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1
	stepsOfZero asm.Mask       // empty if a step with moments of zero never changes p, else all lanes
	absolute    reg.VecVirtual // all bits but the sign
	leastNormal reg.VecVirtual
	infinity    reg.VecVirtual // as integers, the bits of NaN and of negative numbers are larger
}

// Predicates of VPCMPUD. They compare the last operand but one with the operand before it.
const (
	notLessInteger = 5
	moreInteger    = 6
)

// adamStep loads the constants from the parameters with these names.
func (s isa) adamStep() adamStep {
	constant := func(name string) reg.VecVirtual { return s.Broadcast(asm.InMemory(Param(name))) }
	a := adamStep{isa: s,
		alpha: constant("alpha"), c1: constant("c1"), c2: constant("c2"), epsilon: constant("epsilon")}
	if !s.Opmasks {
		return a
	}
	bits := GP32()
	all := func(b uint32) reg.VecVirtual {
		v := s.Vector()
		MOVL(U32(b), bits)
		VPBROADCASTD(bits, v)
		return v
	}
	a.leastNormal, a.infinity, a.absolute = all(1<<23), all(0xff<<23), all(0x7fffffff)
	a.limit = s.Vector()
	VPANDD(a.absolute, a.alpha, a.limit)
	VDIVPS(a.epsilon, a.limit, a.limit)
	VMULPS(all((127+30)<<23), a.limit, a.limit)
	one := all(127 << 23)
	none := s.Vector()
	asm.Zero(none)
	VUCOMISS(none.AsX(), a.epsilon.AsX())
	JBE(asm.Labelf("impossible"))
	VUCOMISS(a.epsilon.AsX(), one.AsX())
	JAE(asm.Labelf("possible"))
	asm.Place("impossible")
	VPTERNLOGD(U8(0xff), a.limit, a.limit, a.limit)
	asm.Place("possible")
	// The step of moments of zero is +0 if the limit is finite and Alpha is at least +0.
	infinite, negative, either := K(), K(), K()
	VPCMPUD(U8(notLessInteger), a.infinity, a.limit, infinite)
	VPCMPUD(U8(notLessInteger), a.infinity, a.alpha, negative)
	KORW(infinite, negative, either)
	a.stepsOfZero = either
	return a
}

// emit takes the step for the parameters at p with the moments at m and v. If a vector has few lanes, it uses the
// narrower form of the instructions, which the divider finishes sooner.
func (a adamStep) emit(gradient reg.VecVirtual, p, m, v Mem, lanes int, rest asm.Mask) {
	first, second, parameter := a.Vector(), a.Vector(), a.Vector()
	a.Load(m, first, lanes, rest)
	a.Load(v, second, lanes, rest)
	change := a.Vector()
	of := func(v reg.VecVirtual) reg.Register { return asm.Narrow(v, lanes) }
	VSUBPS(of(first), of(gradient), of(change))
	VFMADD231PS(of(a.c1), of(change), of(first)) // m += (g - m) * C1
	VMULPS(of(gradient), of(gradient), of(change))
	VSUBPS(of(second), of(change), of(change))
	VFMADD231PS(of(a.c2), of(change), of(second)) // v += (g*g - v) * C2
	a.Store(first, m, lanes, rest)
	a.Store(second, v, lanes, rest)
	a.Load(p, parameter, lanes, rest)
	if a.Opmasks {
		// Lanes beyond rest hold zeros; a step with them does no harm.
		long, odd := a.steps(first, second, parameter, lanes, nil)
		KORW(long, odd, long)
		VMOVAPS_Z(of(second), long, of(second))
		VMOVAPS_Z(of(first), long, of(first))
	}
	a.move(parameter, first, second, lanes)
	a.Store(parameter, p, lanes, rest)
}

// move computes p -= m*Alpha / (sqrt(v) + Epsilon). It overwrites m and v.
func (a adamStep) move(p, m, v reg.VecVirtual, lanes int) {
	of := func(v reg.VecVirtual) reg.Register { return asm.Narrow(v, lanes) }
	VSQRTPS(of(v), of(v))
	VADDPS(of(a.epsilon), of(v), of(v))
	VMULPS(of(a.alpha), of(m), of(m))
	VDIVPS(of(v), of(m), of(m))
	VSUBPS(of(m), of(p), of(p))
}

// steps returns the lanes of p whose step must be taken, among those of rest: long because the step may be long enough,
// odd because of the value of v.
func (a adamStep) steps(m, v, p reg.VecVirtual, lanes int, rest asm.Mask) (long, odd reg.OpmaskVirtual) {
	const notLess = 21 // of floats; true if unordered
	of := func(v reg.VecVirtual) reg.Register { return asm.Narrow(v, lanes) }
	size, length := a.Vector(), a.Vector()
	VPANDD(of(a.absolute), of(m), of(length))
	// Denormal moments are rounded up to a normal number: at worst, more steps are taken.
	VPMAXUD(of(a.leastNormal), of(length), of(length))
	VMULPS(of(a.limit), of(length), of(length))
	VPANDD(of(a.absolute), of(p), of(size))
	long, odd = K(), K()
	if rest == nil {
		VCMPPS(U8(notLess), of(size), of(length), long)
		VPCMPUD(U8(moreInteger), of(a.infinity), of(v), odd)
	} else {
		VCMPPS(U8(notLess), of(size), of(length), rest, long)
		VPCMPUD(U8(moreInteger), of(a.infinity), of(v), rest, odd)
	}
	return long, odd
}

// emitIdle takes the step for a gradient of zeros. If all moments of a vector are zero, as for a pixel that no image
// has set, it does nothing. If none of the parameters can change, it only stores the moments.
func (a adamStep) emitIdle(name LabelRef, p, m, v Mem, lanes int, rest asm.Mask) {
	first, second, parameter := a.Vector(), a.Vector(), a.Vector()
	a.Load(m, first, lanes, rest)
	a.Load(v, second, lanes, rest)
	of := func(v reg.VecVirtual) reg.Register { return asm.Narrow(v, lanes) }
	some, either := K(), a.Vector() // moments that are not zero
	VPORD(of(first), of(second), of(either))
	VPTESTMD(of(either), of(either), some)
	KORTESTW(some, a.stepsOfZero)
	JE(name + "done")
	a.Load(p, parameter, lanes, rest)
	VFNMADD231PS(of(a.c1), of(first), of(first)) // m += (0 - m) * C1
	VFNMADD231PS(of(a.c2), of(second), of(second))
	a.Store(first, m, lanes, rest)
	a.Store(second, v, lanes, rest)
	long, odd := a.steps(first, second, parameter, lanes, rest)
	KORTESTW(long, odd)
	JE(name + "done")
	KORW(long, odd, long)
	m2, v2 := a.Vector(), a.Vector()
	VMOVAPS_Z(of(first), long, of(m2))
	VMOVAPS_Z(of(second), long, of(v2))
	a.move(parameter, m2, v2, lanes)
	a.Store(parameter, p, lanes, rest)
	asm.Place(name + "done")
}

func (s isa) sgd() {
	s.Text("sgd", "(rows, cols int, p []float32, ldp int, grad []float32, ldg int, rate float32)",
		"is Set.SGD for rows >= 1.")
	p, ldp, g, ldg := asm.Slice("p"), asm.Bytes("ldp"), asm.Slice("grad"), asm.Bytes("ldg")
	rate := s.Broadcast(asm.InMemory(Param("rate")))
	s.EachRow([]reg.GPVirtual{p, g}, []reg.GPVirtual{ldp, ldg}, func(j reg.GPVirtual, rest asm.Mask) {
		gradient, parameter := s.Vector(), s.Vector()
		s.Load(asm.Element(g, j), gradient, s.Lanes, rest)
		s.Load(asm.Element(p, j), parameter, s.Lanes, rest)
		VFNMADD231PS(rate, gradient, parameter)
		s.Store(parameter, asm.Element(p, j), s.Lanes, rest)
	})
}

func (s isa) decay() {
	s.Text("decay", "(rows, cols int, p []float32, ldp int, decay, rate float32)", "is Set.Decay for rows >= 1.")
	p, ldp := asm.Slice("p"), asm.Bytes("ldp")
	decay, rate := s.Broadcast(asm.InMemory(Param("decay"))), s.Broadcast(asm.InMemory(Param("rate")))
	s.EachRow([]reg.GPVirtual{p}, []reg.GPVirtual{ldp}, func(j reg.GPVirtual, rest asm.Mask) {
		parameter, share := s.Vector(), s.Vector()
		s.Load(asm.Element(p, j), parameter, s.Lanes, rest)
		VMULPS(decay, parameter, share)
		VMULPS(rate, share, share)
		VSUBPS(share, parameter, parameter)
		s.Store(parameter, asm.Element(p, j), s.Lanes, rest)
	})
}

func (s isa) lerp() {
	s.Text("lerp", "(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)",
		"is Set.Lerp for rows >= 1.")
	dst, ldd, src, lds := asm.Slice("dst"), asm.Bytes("ldd"), asm.Slice("src"), asm.Bytes("lds")
	share := s.Broadcast(asm.InMemory(Param("share")))
	s.EachRow([]reg.GPVirtual{dst, src}, []reg.GPVirtual{ldd, lds}, func(j reg.GPVirtual, rest asm.Mask) {
		from, to := s.Vector(), s.Vector()
		s.Load(asm.Element(dst, j), from, s.Lanes, rest)
		s.Load(asm.Element(src, j), to, s.Lanes, rest)
		VSUBPS(from, to, to)
		VFMADD231PS(share, to, from)
		s.Store(from, asm.Element(dst, j), s.Lanes, rest)
	})
}
