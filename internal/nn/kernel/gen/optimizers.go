package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// adam writes the step that AdamStep defines, operation by operation. The division and the square root take the time.
func (s isa) adam() {
	s.text("adam", "(rows, cols int, p, m, v []float32, ldp int, grad []float32, ldg int, alpha, c1, c2, epsilon float32)",
		"is Set.Adam for rows >= 1.")
	p, m, v, g := slice("p"), slice("m"), slice("v"), slice("grad")
	ldp, ldg := bytes("ldp"), bytes("ldg")
	alpha, c1 := s.broadcast(inMemory(Param("alpha"))), s.broadcast(inMemory(Param("c1")))
	c2, epsilon := s.broadcast(inMemory(Param("c2"))), s.broadcast(inMemory(Param("epsilon")))
	pointers, strides := []reg.GPVirtual{p, m, v, g}, []reg.GPVirtual{ldp, ldp, ldp, ldg}
	s.eachRow(pointers, strides, func(j reg.GPVirtual, rest mask) {
		gradient, first, second := s.vector(), s.vector(), s.vector()
		s.load(element(g, j), gradient, s.lanes, rest)
		s.load(element(m, j), first, s.lanes, rest)
		s.load(element(v, j), second, s.lanes, rest)
		change := s.vector()
		VSUBPS(first, gradient, change)
		VFMADD231PS(c1, change, first) // m += (g - m) * C1
		VMULPS(gradient, gradient, change)
		VSUBPS(second, change, change)
		VFMADD231PS(c2, change, second) // v += (g*g - v) * C2
		s.store(first, element(m, j), s.lanes, rest)
		s.store(second, element(v, j), s.lanes, rest)

		root, step, parameter := s.vector(), s.vector(), s.vector()
		VSQRTPS(second, root)
		VADDPS(epsilon, root, root)
		VMULPS(alpha, first, step)
		VDIVPS(root, step, step)
		s.load(element(p, j), parameter, s.lanes, rest)
		VSUBPS(step, parameter, parameter) // p -= m*Alpha / (sqrt(v) + Epsilon)
		s.store(parameter, element(p, j), s.lanes, rest)
	})
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
