package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

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
