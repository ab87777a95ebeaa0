package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: how wide its vectors are, how it masks, and the tiles that suit its registers.
type isa struct {
	suffix  string // of the functions' names
	lanes   int    // float32 in a vector
	opmasks bool   // masks are mask registers (AVX-512), and cost nothing; else vectors (VMASKMOVPS)

	tileRows int // rows of GemmTile's largest tile; it has two vectors of columns
	panel    int // vectors of columns that SparseMul keeps in registers

	laneMasks Mem // eight times -1, eight times 0: see firstLanes; AVX2 only
	numbers   Mem // 0 to 63, a byte each; AVX-512 only
}

var (
	// avx512 needs the subsets F, BW, DQ and VL besides what avx2 needs, and gather, pack and unpack need VBMI2. Its tile is 16
	// of 32 registers: more sums would not run faster, as 16 hide the latency of an FMA already, and 8x32 leaves one load of B
	// for eight FMAs.
	avx512 = isa{suffix: "AVX512", lanes: 16, opmasks: true, tileRows: 8, panel: 8}

	// avx2 needs AVX2, FMA and BMI2. Both its tile (12 sums, 2 vectors of B, 1 element of A, 1 mask) and its panel (13 sums, 1
	// value, 1 mask, 1 load) use all 16 registers.
	avx2 = isa{suffix: "AVX2", lanes: 8, tileRows: 6, panel: 13}
)

// text begins the function called name plus the instruction set's suffix.
func (s isa) text(name, signature string, doc ...string) {
	TEXT(name+s.suffix, attr.NOSPLIT, "func"+signature)
	Pragma("noescape")
	Doc(append([]string{name + s.suffix + " " + doc[0]}, doc[1:]...)...)
}

// end leaves the function. The upper halves of the vector registers are cleared, or SSE code would be slow after it.
func end() {
	VZEROUPPER()
	RET()
}

// arg loads the parameter called name.
func arg(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// slice loads where the slice called name begins.
func slice(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name).Base(), r)
	return r
}

// length loads the length of the slice called name.
func length(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name).Len(), r)
	return r
}

// bytes loads the parameter called name, a number of float32, as a number of bytes.
func bytes(name string) reg.GPVirtual {
	r := arg(name)
	SHLQ(U8(2), r)
	return r
}

// inMemory returns where a parameter, or a part of one, lies.
func inMemory(c gotypes.Component) Mem {
	p, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

func label(format string, args ...any) LabelRef { return LabelRef(fmt.Sprintf(format, args...)) }

func place(l LabelRef) { Label(string(l)) }

func (s isa) vector() reg.VecVirtual {
	if s.lanes == 16 {
		return ZMM()
	}
	return YMM()
}

func (s isa) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vector()
	}
	return v
}

// narrow returns the part of v that holds the given number of float32.
func narrow(v reg.VecVirtual, lanes int) reg.Register {
	switch lanes {
	case 4:
		return v.AsX()
	case 8:
		return v.AsY()
	default:
		return v.AsZ()
	}
}

func zero(v reg.VecVirtual) { VXORPS(v.AsX(), v.AsX(), v.AsX()) } // clears the whole register

// broadcast returns a vector with the float32 at from in every lane.
func (s isa) broadcast(from Mem) reg.VecVirtual {
	v := s.vector()
	VBROADCASTSS(from, v)
	return v
}

// mask selects the first lanes of a vector; nil selects all. It is an opmask, or a vector whose lanes are all ones or zero.
type mask interface{ reg.Register }

// firstLanes returns the mask of the first n lanes, 0 <= n <= lanes.
func (s isa) firstLanes(n reg.GPVirtual) mask {
	if s.opmasks {
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

// declareLaneMasks writes the table from which firstLanes reads where there are no opmasks.
func declareLaneMasks() Mem {
	table := GLOBL("laneMasks", attr.RODATA|attr.NOPTR)
	for i := range 16 {
		lane := U32(0xffffffff)
		if i >= 8 {
			lane = 0
		}
		DATA(4*i, lane)
	}
	return table
}

// load reads the lanes of v that m selects and clears the others. lanes is how many of v's there are at most.
func (s isa) load(from Mem, v reg.VecVirtual, lanes int, m mask) {
	switch to := narrow(v, lanes); {
	case m == nil:
		VMOVUPS(from, to)
	case s.opmasks:
		VMOVUPS_Z(from, m, to)
	default:
		VMASKMOVPS(from, maskOf(m, lanes), to)
	}
}

// store writes the lanes of v that m selects.
func (s isa) store(v reg.VecVirtual, to Mem, lanes int, m mask) {
	switch from := narrow(v, lanes); {
	case m == nil:
		VMOVUPS(from, to)
	case s.opmasks:
		VMOVUPS(from, m, to)
	default:
		VMASKMOVPS(from, maskOf(m, lanes), to)
	}
}

// multiplyAdd computes sum += x * memory, with one rounding, in the lanes that m selects.
func (s isa) multiplyAdd(sum, x reg.VecVirtual, from Mem, lanes int, m mask) {
	switch to, factor := narrow(sum, lanes), narrow(x, lanes); {
	case m == nil:
		VFMADD231PS(from, factor, to)
	case s.opmasks:
		VFMADD231PS(from, factor, m, to)
	default:
		loaded := s.vector()
		VMASKMOVPS(from, maskOf(m, lanes), narrow(loaded, lanes))
		VFMADD231PS(narrow(loaded, lanes), factor, to)
	}
}

// maskOf returns a vector mask at the width it is used with.
func maskOf(m mask, lanes int) reg.Register { return narrow(m.(reg.VecVirtual), lanes) }

// lastVector is a way of having the last vector of a row of columns, whose number is not a multiple of the lanes.
type lastVector struct {
	name  string
	lanes int // of the vector
	mask  mask
}

// lastVectors returns the ways there are, best first; the last one suits any number of columns, of which m is the mask. A
// narrow vector costs AVX-512 half of a wide one or less; no mask saves AVX2 an instruction in the loop and a slow store.
func (s isa) lastVectors(m mask) []lastVector {
	if s.opmasks {
		return []lastVector{{"upTo4", 4, m}, {"upTo8", 8, m}, {"upTo16", 16, m}}
	}
	return []lastVector{{"all8", 8, nil}, {"all4", 4, nil}, {"upTo4", 4, m}, {"upTo8", 8, m}}
}

// choose jumps to the place named to if this way suits the given number of columns.
func (l lastVector) choose(columns reg.GPVirtual, to LabelRef) {
	CMPQ(columns, U8(l.lanes))
	if l.mask == nil {
		JE(to)
	} else {
		JLE(to)
	}
}

// span is a row of n elements as whole vectors and a rest.
type span struct {
	whole reg.GPVirtual // elements in whole vectors
	n     reg.GPVirtual
	rest  mask
}

func (s isa) span(n reg.GPVirtual) span {
	whole, rest := GP64(), GP64()
	MOVQ(n, whole)
	ANDQ(I8(-s.lanes), whole)
	MOVQ(n, rest)
	SUBQ(whole, rest)
	return span{whole, n, s.firstLanes(rest)}
}

// sweep calls body for the vectors of a row: a loop over the whole ones, where the mask is nil, and the rest, if any. j is
// the element at which the vector begins.
func (s isa) sweep(name string, row span, body func(j reg.GPVirtual, m mask)) {
	loop, rest, done := label("%s", name), label("%sRest", name), label("%sDone", name)
	j := GP64()
	XORQ(j, j)
	CMPQ(j, row.whole)
	JGE(rest)
	place(loop)
	body(j, nil)
	ADDQ(I8(s.lanes), j)
	CMPQ(j, row.whole)
	JL(loop)
	place(rest)
	CMPQ(j, row.n)
	JGE(done)
	body(j, row.rest)
	place(done)
}

// element returns the address of the j-th float32 behind p.
func element(p, j reg.Register) Mem { return Mem{Base: p, Index: j, Scale: 4} }
