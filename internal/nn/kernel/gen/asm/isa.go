// Package asm is what the generators of kernels have in common: an instruction set with one name for what AVX2 and
// AVX-512 spell in two ways (isa.go), how a function begins, ends and gets its parameters (function.go), and loops over
// rows of any length (loop.go). Like avo's own functions, these write into the function at hand.
package asm

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ISA is an instruction set: how wide its vectors are, and how it masks.
type ISA struct {
	Suffix  string // of the functions' names
	Lanes   int    // float32 in a vector
	Opmasks bool   // masks are mask registers (AVX-512), and cost nothing; else vectors (VMASKMOVPS)

	laneMasks Mem // see DeclareLaneMasks
}

// Vector returns a new vector register, as wide as the instruction set has them.
func (s ISA) Vector() reg.VecVirtual {
	if s.Lanes == 16 {
		return ZMM()
	}
	return YMM()
}

// Vectors returns n of them.
func (s ISA) Vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.Vector()
	}
	return v
}

// Narrow returns the part of v that holds the given number of float32.
func Narrow(v reg.VecVirtual, lanes int) reg.Register {
	switch lanes {
	case 4:
		return v.AsX()
	case 8:
		return v.AsY()
	default:
		return v.AsZ()
	}
}

// Zero clears v, all of the register.
func Zero(v reg.VecVirtual) { VXORPS(v.AsX(), v.AsX(), v.AsX()) }

// Broadcast returns a vector with the float32 at from in every lane.
func (s ISA) Broadcast(from Mem) reg.VecVirtual {
	v := s.Vector()
	VBROADCASTSS(from, v)
	return v
}

// Mask selects the first lanes of a vector; nil selects all. It is an opmask, or a vector whose lanes are all ones or
// zero.
type Mask interface{ reg.Register }

// FirstLanes returns the mask of the first n lanes, 0 <= n <= lanes.
func (s ISA) FirstLanes(n reg.GPVirtual) Mask {
	if s.Opmasks {
		bits := GP64()
		MOVQ(I32(-1), bits)
		BZHIQ(n, bits, bits)
		k := K()
		KMOVW(bits.As32(), k)
		return k
	}
	// A window into eight times -1 and eight times 0 that begins n lanes before the zeros.
	table, back, m := GP64(), GP64(), YMM()
	LEAQ(s.laneMasks, table)
	MOVQ(n, back)
	NEGQ(back)
	VMOVUPS(Mem{Base: table, Disp: 32, Index: back, Scale: 4}, m)
	return m
}

// DeclareLaneMasks writes the table from which FirstLanes reads where there are no opmasks: eight times -1, eight times
// 0.
func (s *ISA) DeclareLaneMasks() {
	table := GLOBL("laneMasks", attr.RODATA|attr.NOPTR)
	for i := range 16 {
		lane := U32(0xffffffff)
		if i >= 8 {
			lane = 0
		}
		DATA(4*i, lane)
	}
	s.laneMasks = table
}

// Load reads the lanes of v that m selects and clears the others. lanes is how many of v's there are at most.
func (s ISA) Load(from Mem, v reg.VecVirtual, lanes int, m Mask) {
	switch to := Narrow(v, lanes); {
	case m == nil:
		VMOVUPS(from, to)
	case s.Opmasks:
		VMOVUPS_Z(from, m, to)
	default:
		VMASKMOVPS(from, maskOf(m, lanes), to)
	}
}

// Store writes the lanes of v that m selects.
func (s ISA) Store(v reg.VecVirtual, to Mem, lanes int, m Mask) {
	switch from := Narrow(v, lanes); {
	case m == nil:
		VMOVUPS(from, to)
	case s.Opmasks:
		VMOVUPS(from, m, to)
	default:
		VMASKMOVPS(from, maskOf(m, lanes), to)
	}
}

// MultiplyAdd computes sum += x * memory, with one rounding, in the lanes that m selects.
func (s ISA) MultiplyAdd(sum, x reg.VecVirtual, from Mem, lanes int, m Mask) {
	switch to, factor := Narrow(sum, lanes), Narrow(x, lanes); {
	case m == nil:
		VFMADD231PS(from, factor, to)
	case s.Opmasks:
		VFMADD231PS(from, factor, m, to)
	default:
		loaded := s.Vector()
		VMASKMOVPS(from, maskOf(m, lanes), Narrow(loaded, lanes))
		VFMADD231PS(Narrow(loaded, lanes), factor, to)
	}
}

// maskOf returns a vector mask at the width it is used with.
func maskOf(m Mask, lanes int) reg.Register { return Narrow(m.(reg.VecVirtual), lanes) }
