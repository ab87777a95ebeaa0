package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// expConstants are those of the package's exp.go, under its names; c6 to c2 are the coefficients.
var expConstants = []struct {
	name  string
	value float64
}{
	{"expMax", 88.3762626647949},
	{"expMin", -87.3365447505531},
	{"infinity", math.Inf(1)},
	{"log2e", 1.44269504088896341},
	{"roundBias", 12582912},
	{"ln2High", 0.693359375},
	{"ln2Low", -2.121944400546905827679e-4},
	{"one", 1},
	{"c6", 0.00138144543864},
	{"c5", 0.00836878159999},
	{"c4", 0.0416683944756},
	{"c3", 0.16666520095},
	{"c2", 0.499999934112},
}

func (s isa) exp() {
	table := GLOBL("expConstants", attr.RODATA|attr.NOPTR)
	where := map[string]Mem{}
	for i, c := range expConstants {
		DATA(4*i, U32(math.Float32bits(float32(c.value))))
		where[c.name] = table.Offset(4 * i)
	}

	s.text("exp", "(dst, src []float32)", "is Set.Exp.")
	dst, src := slice("dst"), slice("src")
	// AVX-512 has registers enough for all constants; AVX2 broadcasts each where it is needed, which only costs a load.
	constant := func(name string) reg.VecVirtual { return s.broadcast(where[name]) }
	if s.opmasks {
		kept := map[string]reg.VecVirtual{}
		for _, c := range expConstants {
			kept[c.name] = s.broadcast(where[c.name])
		}
		constant = func(name string) reg.VecVirtual { return kept[name] }
	}
	s.sweep("vector", s.span(length("src")), func(j reg.GPVirtual, m mask) {
		x, t, n, r, p := s.vector(), s.vector(), s.vector(), s.vector(), s.vector()
		s.load(element(src, j), x, s.lanes, m)
		VMOVAPS(constant("roundBias"), t)
		VFMADD231PS(constant("log2e"), x, t)
		VSUBPS(constant("roundBias"), t, n)
		VMOVAPS(x, r)
		VFNMADD231PS(constant("ln2High"), n, r)
		VFNMADD231PS(constant("ln2Low"), n, r)
		VMOVAPS(constant("c6"), p)
		for _, c := range []string{"c5", "c4", "c3", "c2"} {
			VFMADD213PS(constant(c), r, p) // p = p*r + c
		}
		square := s.vector()
		VMULPS(r, r, square)
		VFMADD213PS(r, square, p)
		VADDPS(constant("one"), p, p)
		VPSLLD(U8(23), t, t)
		VPADDD(t, p, p)
		s.choose(constant("expMax"), x, greater, constant("infinity"), p)
		s.choose(constant("expMin"), x, less, nil, p)
		s.choose(x, x, unordered, x, p)
		s.store(p, element(dst, j), s.lanes, m)
	})
	end()
}

// choose puts value, or 0 if it is nil, into the lanes of v in which the comparison x ? bound is true.
func (s isa) choose(bound, x reg.VecVirtual, predicate uint8, value, v reg.VecVirtual) {
	if s.opmasks {
		k := K()
		VCMPPS(U8(predicate), bound, x, k)
		if value == nil {
			VXORPS(v, v, k, v)
			return
		}
		VMOVAPS(value, k, v)
		return
	}
	m := s.vector()
	VCMPPS(U8(predicate), bound, x, m)
	if value == nil {
		VANDNPS(v, m, v)
		return
	}
	VBLENDVPS(m, value, v, v)
}
