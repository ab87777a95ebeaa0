// Package asm is what the generators of kernels share: an instruction set with one name for what AVX2 and AVX-512 spell
// differently (isa.go), the beginning, end and parameters of a function (function.go), and loops over rows of any
// length (loop.go). Like avo's own functions, its functions write to the current function.
package asm

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ISA is an instruction set: the width of its vectors, and how it masks lanes.
type ISA struct {
	Suffix  string // of function names
	Lanes   int    // float32 in a vector
	Opmasks bool   // masks are mask registers (AVX-512), which cost nothing; else vectors (VMASKMOVPS)

	laneMasks Mem // see DeclareLaneMasks
}

// Vector returns a new vector register of the full width.
func (s ISA) Vector() reg.VecVirtual {
	if s.Lanes == 16 {
		return ZMM()
	}
	return YMM()
}

// Vectors returns n new vector registers.
func (s ISA) Vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.Vector()
	}
	return v
}

// Narrow returns v as a register of the given number of float32.
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

// Zero clears the whole register v.
func Zero(v reg.VecVirtual) { VXORPS(v.AsX(), v.AsX(), v.AsX()) }

// Broadcast returns a vector with the float32 at from in every lane.
func (s ISA) Broadcast(from Mem) reg.VecVirtual {
	v := s.Vector()
	VBROADCASTSS(from, v)
	return v
}

// All returns a vector with the lower 32 bits of x in every lane.
func (s ISA) All(x reg.GPVirtual) reg.VecVirtual {
	v := s.Vector()
	VMOVD(x.As32(), v.AsX())
	VPBROADCASTD(v.AsX(), v)
	return v
}

// Mask selects the first lanes of a vector; nil selects all. It is an opmask, or a vector whose lanes are all ones or
// all zeros.
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
	// Reads eight lanes of the table, starting n lanes before the zeros.
	table, back, m := GP64(), GP64(), YMM()
	LEAQ(s.laneMasks, table)
	MOVQ(n, back)
	NEGQ(back)
	VMOVUPS(Mem{Base: table, Disp: 32, Index: back, Scale: 4}, m)
	return m
}

// DeclareLaneMasks writes the table from which FirstLanes reads if there are no opmasks: eight times -1, then eight
// times 0.
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

// Load reads the lanes of v that m selects and clears the others. v has at most the given number of lanes.
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
		if first, ok := m.(firstLanes); ok {
			storeFirst(v, to, lanes, first.n)
			return
		}
		VMASKMOVPS(from, maskOf(m, lanes), to)
	}
}

// firstLanes is a mask without opmasks, with the number of lanes that it selects.
type firstLanes struct {
	reg.VecVirtual
	n reg.GPVirtual
}

// storedFirst counts calls of storeFirst, so that the labels of each differ.
var storedFirst int

// storeFirst writes the first n elements of v, which has more lanes: four of them if it has eight, two and one.
// VMASKMOVPS takes nine times as long as a plain store on a Zen 3.
func storeFirst(v reg.VecVirtual, to Mem, lanes int, n reg.GPVirtual) {
	storedFirst++
	two, one, done := Labelf("two%d", storedFirst), Labelf("one%d", storedFirst), Labelf("stored%d", storedFirst)
	at, part := GP64(), XMM()
	LEAQ(to, at)
	VMOVAPS(v.AsX(), part)
	if lanes > 4 {
		TESTL(U32(4), n.As32())
		JE(two)
		VMOVUPS(part, Mem{Base: at})
		VEXTRACTF128(U8(1), v.AsY(), part)
		ADDQ(U8(16), at)
	}
	Place(two)
	TESTL(U32(2), n.As32())
	JE(one)
	VMOVLPS(part, Mem{Base: at})
	VPSRLDQ(U8(8), part, part)
	ADDQ(U8(8), at)
	Place(one)
	TESTL(U32(1), n.As32())
	JE(done)
	VMOVSS(part, Mem{Base: at})
	Place(done)
}

// MultiplyAdd computes sum += x * memory in the lanes that m selects, with one rounding.
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

// maskOf returns a vector mask at the width at which it is used.
func maskOf(m Mask, lanes int) reg.Register {
	if first, ok := m.(firstLanes); ok {
		m = first.VecVirtual
	}
	return Narrow(m.(reg.VecVirtual), lanes)
}
