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
