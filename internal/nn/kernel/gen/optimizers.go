package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// adam writes the step that AdamStep defines, operation by operation. The division and the square root take the time.
func (s isa) adam() {
	s.text("adam", "(rows, cols int, p, m, v []float32, ldp int, grad []float32, ldg int, alpha, c1, c2, epsilon float32)",
		"is Set.Adam for rows >= 1.")
	p, m, v, g := slice("p"), slice("m"), slice("v"), slice("grad")
	ldp, ldg := bytes("ldp"), bytes("ldg")
	step := s.adamConstants()
	pointers, strides := []reg.GPVirtual{p, m, v, g}, []reg.GPVirtual{ldp, ldp, ldp, ldg}
	s.eachRow(pointers, strides, func(j reg.GPVirtual, rest mask) {
		gradient := s.vector()
		s.load(element(g, j), gradient, s.lanes, rest)
		step.emit(gradient, element(p, j), element(m, j), element(v, j), s.lanes, rest)
	})
}

// adamStep is the step's constants, each in all lanes of a vector.
type adamStep struct {
	isa
	alpha, c1, c2, epsilon reg.VecVirtual
}

// adamConstants loads them from the parameters that are called after them.
func (s isa) adamConstants() adamStep {
	constant := func(name string) reg.VecVirtual { return s.broadcast(inMemory(Param(name))) }
	return adamStep{s, constant("alpha"), constant("c1"), constant("c2"), constant("epsilon")}
}

// emit takes the step for the parameters at p with the moments at m and v. Of a vector that holds fewer lanes than others
// only the narrower form is used, which the unit that divides is done with sooner.
func (a adamStep) emit(gradient reg.VecVirtual, p, m, v Mem, lanes int, rest mask) {
	vector := a.vector
	of := func(v reg.VecVirtual) reg.Register { return narrow(v, lanes) }
	first, second := vector(), vector()
	a.load(m, first, lanes, rest)
	a.load(v, second, lanes, rest)
	change := vector()
	VSUBPS(of(first), of(gradient), of(change))
	VFMADD231PS(of(a.c1), of(change), of(first)) // m += (g - m) * C1
	VMULPS(of(gradient), of(gradient), of(change))
	VSUBPS(of(second), of(change), of(change))
	VFMADD231PS(of(a.c2), of(change), of(second)) // v += (g*g - v) * C2
	a.store(first, m, lanes, rest)
	a.store(second, v, lanes, rest)

	root, step, parameter := vector(), vector(), vector()
	VSQRTPS(of(second), of(root))
	VADDPS(of(a.epsilon), of(root), of(root))
	VMULPS(of(a.alpha), of(first), of(step))
	VDIVPS(of(root), of(step), of(step))
	a.load(p, parameter, lanes, rest)
	VSUBPS(of(step), of(parameter), of(parameter)) // p -= m*Alpha / (sqrt(v) + Epsilon)
	a.store(parameter, p, lanes, rest)
}

// idleStep is the step for a gradient of zeros, without a root and a division where these could not change a parameter.
//
// The moments decay, so that after some hundred such steps |m|*Alpha/Epsilon, which the length of the step cannot exceed,
// is far less than half of the distance from p to the next float32, and p stays as it is. Half of it is at least 2^-26
// |p|; the step is skipped if 2^30 |m| Alpha/Epsilon < |p|, which leaves room for all rounding, also to denormal numbers, where
// it can double a product. p of 0 and NaN and a second moment that is negative or NaN take the whole step; so does all with an
// Epsilon above 1, with which the limit could underflow, or the step overflow without it.
//
// Decayed further, the moments become denormal numbers and stay there: the least one, times 0.9, rounds to itself. In the course's
// recipe an eighth of all vectors hold some with batches of 100, nine of ten with batches of 1. CPUs that add such numbers at full
// speed may take ten times as long to multiply or divide them, so those that nothing depends on are kept from it.
type idleStep struct {
	adamStep
	limit    reg.VecVirtual // 2^30 Alpha/Epsilon, or NaN unless 0 < Epsilon <= 1
	absolute reg.VecVirtual // the bits of a number but its sign
	zero     reg.VecVirtual

	leastNormal reg.VecVirtual
	infinity    reg.VecVirtual // larger, as an integer, are the bits of NaNs and of what has a sign
}

func (s isa) newIdleStep(a adamStep) idleStep {
	i := idleStep{a, s.vector(), s.vector(), s.vector(), s.vector(), s.vector()}
	ones := GP32()
	MOVL(U32(1<<23), ones)
	VPBROADCASTD(ones, i.leastNormal)
	MOVL(U32(0xff<<23), ones)
	VPBROADCASTD(ones, i.infinity)
	VPXORD(i.zero, i.zero, i.zero)
	MOVL(U32(0x7fffffff), ones)
	VPBROADCASTD(ones, i.absolute)
	VPANDD(i.absolute, a.alpha, i.limit)
	VDIVPS(a.epsilon, i.limit, i.limit)
	scale := s.vector()
	MOVL(U32((127+30)<<23), ones)
	VPBROADCASTD(ones, scale)
	VMULPS(scale, i.limit, i.limit)
	VUCOMISS(i.zero.AsX(), a.epsilon.AsX())
	JBE(label("impossible"))
	MOVL(U32(127<<23), ones)
	VMOVD(ones, scale.AsX())
	VUCOMISS(a.epsilon.AsX(), scale.AsX())
	JAE(label("possible"))
	place("impossible")
	VPTERNLOGD(U8(0xff), i.limit, i.limit, i.limit)
	place("possible")
	return i
}

// emit takes the step as adamStep.emit does.
func (i idleStep) emit(name LabelRef, p, m, v Mem, rest mask) {
	first, second, parameter := i.vector(), i.vector(), i.vector()
	i.load(m, first, i.lanes, rest)
	i.load(v, second, i.lanes, rest)
	i.load(p, parameter, i.lanes, rest)
	some, change := K(), i.vector() // moments that are not zero
	VPORD(first, second, change)
	VPTESTMD(change, change, some)
	VSUBPS(first, i.zero, change)
	VFMADD231PS(i.c1, change, first)
	VSUBPS(second, i.zero, change)
	VFMADD231PS(i.c2, change, second)

	const notLess = 21 // also if unordered
	const more = 6     // of integers
	size, length := i.vector(), i.vector()
	VPANDD(i.absolute, first, length)
	// A denormal moment counts as the least number that is not one: at worst more steps are taken whole.
	VPMAXUD(i.leastNormal, length, length)
	VMULPS(i.limit, length, length)
	VPANDD(i.absolute, parameter, size)
	long, odd := K(), K()
	if rest == nil {
		VCMPPS(U8(notLess), size, length, long)
		VPCMPUD(U8(more), i.infinity, second, odd)
	} else {
		VCMPPS(U8(notLess), size, length, rest, long)
		VPCMPUD(U8(more), i.infinity, second, rest, odd)
	}
	KORTESTW(long, odd)
	JE(name + "short")
	// The lanes that could have been skipped take a root of 0 and a step of 0.
	KORW(long, odd, long)
	root := i.vector()
	VMOVAPS_Z(second, long, root)
	VSQRTPS(root, root)
	VADDPS(i.epsilon, root, root)
	VMOVAPS_Z(first, long, length)
	VMULPS(i.alpha, length, length)
	VDIVPS(root, length, length)
	VSUBPS(length, parameter, parameter)
	i.store(parameter, p, i.lanes, rest)
	JMP(name + "moments")
	place(name + "short")
	KORTESTW(some, some)
	JE(name + "done")
	place(name + "moments")
	i.store(first, m, i.lanes, rest)
	i.store(second, v, i.lanes, rest)
	place(name + "done")
}

func (s isa) sgd() {
	s.text("sgd", "(rows, cols int, p []float32, ldp int, grad []float32, ldg int, rate float32)", "is Set.SGD for rows >= 1.")
	p, ldp, g, ldg := slice("p"), bytes("ldp"), slice("grad"), bytes("ldg")
	rate := s.broadcast(inMemory(Param("rate")))
	s.eachRow([]reg.GPVirtual{p, g}, []reg.GPVirtual{ldp, ldg}, func(j reg.GPVirtual, rest mask) {
		gradient, parameter := s.vector(), s.vector()
		s.load(element(g, j), gradient, s.lanes, rest)
		s.load(element(p, j), parameter, s.lanes, rest)
		VFNMADD231PS(rate, gradient, parameter)
		s.store(parameter, element(p, j), s.lanes, rest)
	})
}

func (s isa) decay() {
	s.text("decay", "(rows, cols int, p []float32, ldp int, decay, rate float32)", "is Set.Decay for rows >= 1.")
	p, ldp := slice("p"), bytes("ldp")
	decay, rate := s.broadcast(inMemory(Param("decay"))), s.broadcast(inMemory(Param("rate")))
	s.eachRow([]reg.GPVirtual{p}, []reg.GPVirtual{ldp}, func(j reg.GPVirtual, rest mask) {
		parameter, share := s.vector(), s.vector()
		s.load(element(p, j), parameter, s.lanes, rest)
		VMULPS(decay, parameter, share)
		VMULPS(rate, share, share)
		VSUBPS(share, parameter, parameter)
		s.store(parameter, element(p, j), s.lanes, rest)
	})
}

func (s isa) lerp() {
	s.text("lerp", "(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32)", "is Set.Lerp for rows >= 1.")
	dst, ldd, src, lds := slice("dst"), bytes("ldd"), slice("src"), bytes("lds")
	share := s.broadcast(inMemory(Param("share")))
	s.eachRow([]reg.GPVirtual{dst, src}, []reg.GPVirtual{ldd, lds}, func(j reg.GPVirtual, rest mask) {
		from, to := s.vector(), s.vector()
		s.load(element(dst, j), from, s.lanes, rest)
		s.load(element(src, j), to, s.lanes, rest)
		VSUBPS(from, to, to)
		VFMADD231PS(share, to, from)
		s.store(from, element(dst, j), s.lanes, rest)
	})
}
