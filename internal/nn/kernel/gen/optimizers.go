package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// adam writes the step that AdamStep defines, operation by operation. The division and the square root take the time.
func (s isa) adam() {
	s.Text("adam", "(rows, cols int, p, m, v []float32, ldp int, grad []float32, ldg int, alpha, c1, c2, epsilon float32)",
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

// adamStep is the step's constants, each in all lanes of a vector.
//
// Where the instruction set has masks, roots and quotients that could not change a parameter are not taken. The length
// of a step cannot exceed |m|*Alpha/Epsilon. If that is less than half of the distance from p to the next float32,
// which is at least 2^-26 |p|, p stays as it is; the lane is left out if 2^30 |m| Alpha/Epsilon < |p|, which leaves
// room for all rounding, also to denormal numbers, where it can double a product. p of 0 and NaN and a second moment
// that is negative or NaN take the whole step. So does all with an Epsilon above 1, since the limit could underflow
// then, and m*Alpha overflow although the quotient does not.
//
// This spares multiplications and divisions of denormal numbers, for which CPUs that add them at full speed may need
// ten times as long. With a gradient of zero the moments become so small in some hundred steps, and stay there: the
// least one, times 0.9, rounds to itself. In the course's recipe an eighth of all vectors hold some with batches of
// 100, nine of ten with batches of 1.
type adamStep struct {
	isa
	alpha, c1, c2, epsilon reg.VecVirtual

	limit       reg.VecVirtual // 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1
	stepsOfZero asm.Mask       // no lane if moments of zero leave any p as it is, else all
	absolute    reg.VecVirtual // the bits of a number but its sign
	leastNormal reg.VecVirtual
	infinity    reg.VecVirtual // larger, as an integer, are the bits of NaNs and of what has a sign
}

// Predicates of VPCMPUD, which compares the last but one operand with the one before it.
const (
	notLessInteger = 5
	moreInteger    = 6
)

// adamStep loads them from the parameters that are called after them.
func (s isa) adamStep() adamStep {
	constant := func(name string) reg.VecVirtual { return s.Broadcast(asm.InMemory(Param(name))) }
	a := adamStep{isa: s, alpha: constant("alpha"), c1: constant("c1"), c2: constant("c2"), epsilon: constant("epsilon")}
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

// emit takes the step for the parameters at p with the moments at m and v. Of a vector that holds fewer lanes than
// others only the narrower form is used, which the unit that divides is done with sooner.
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
		// Beyond the rest the lanes hold zeros, of which a step does no harm.
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

// steps returns the lanes of p whose step must be taken, in two masks, out of those that rest selects.
func (a adamStep) steps(m, v, p reg.VecVirtual, lanes int, rest asm.Mask) (long, odd reg.OpmaskVirtual) {
	const notLess = 21 // of floats; also if unordered
	of := func(v reg.VecVirtual) reg.Register { return asm.Narrow(v, lanes) }
	size, length := a.Vector(), a.Vector()
	VPANDD(of(a.absolute), of(m), of(length))
	// A denormal moment counts as the least number that is not one: at worst more steps are taken.
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

// emitIdle takes the step for a gradient of zeros. Where all moments are zero, as they stay for a pixel that no image
// has set, there is nothing to do; where none of a vector's parameters can change, there are moments to store and no
// more.
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
	s.Text("sgd", "(rows, cols int, p []float32, ldp int, grad []float32, ldg int, rate float32)", "is Set.SGD for rows >= 1.")
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
	s.Text("lerp", "(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)", "is Set.Lerp for rows >= 1.")
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
