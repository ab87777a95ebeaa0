package asm

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Labelf returns the label with the formatted name.
func Labelf(format string, args ...any) LabelRef { return LabelRef(fmt.Sprintf(format, args...)) }

// Place puts the label here.
func Place(l LabelRef) { Label(string(l)) }

// Span is a row of n elements, divided into whole vectors and a rest.
type Span struct {
	whole reg.GPVirtual // elements in whole vectors
	n     reg.GPVirtual
	rest  Mask
}

// Span returns the span of n elements.
func (s ISA) Span(n reg.GPVirtual) Span {
	whole, rest := GP64(), GP64()
	MOVQ(n, whole)
	ANDQ(I8(-s.Lanes), whole)
	MOVQ(n, rest)
	SUBQ(whole, rest)
	m := s.FirstLanes(rest)
	if !s.Opmasks {
		m = firstLanes{m.(reg.VecVirtual), rest}
	}
	return Span{whole, n, m}
}

// Sweep calls body for the vectors of a row: in a loop over the whole vectors, with a nil mask, and once for the rest,
// if there is one. j is the first element of the vector.
func (s ISA) Sweep(name string, row Span, body func(j reg.GPVirtual, m Mask)) {
	loop, rest, done := Labelf("%s", name), Labelf("%sRest", name), Labelf("%sDone", name)
	j := GP64()
	XORQ(j, j)
	CMPQ(j, row.whole)
	JGE(rest)
	Place(loop)
	body(j, nil)
	ADDQ(I8(s.Lanes), j)
	CMPQ(j, row.whole)
	JL(loop)
	Place(rest)
	CMPQ(j, row.n)
	JGE(done)
	body(j, row.rest)
	Place(done)
}

// EachRow writes a loop over the rows, of which there must be at least 1, and over the vectors of the columns. The
// parameters rows and cols have their numbers. After each row, the pointers advance by their strides.
func (s ISA) EachRow(pointers, strides []reg.GPVirtual, body func(j reg.GPVirtual, m Mask)) {
	rows := Arg("rows")
	row := s.Span(Arg("cols"))
	Place("row")
	s.Sweep("vector", row, body)
	for i, p := range pointers {
		ADDQ(strides[i], p)
	}
	DECQ(rows)
	JNE(Labelf("row"))
	End()
}

// Step writes the end of a loop over blocks of a width. It jumps to again with the next i, which is moved back if the
// block would not fit into size, until a block has ended at size.
func Step(i reg.GPVirtual, size Mem, width int, again LabelRef) {
	last, next := GP64(), GP64()
	MOVQ(size, last)
	SUBQ(U8(width), last)
	MOVQ(i, next)
	ADDQ(U8(width), next)
	CMPQ(next, last)
	CMOVQGT(last, next)
	CMPQ(i, last)
	MOVQ(next, i)
	JNE(again)
}

// LastVector is a form of the last vector of a row, which may have fewer columns than the others.
type LastVector struct {
	Name  string
	Lanes int // of the vector
	Mask  Mask
}

// LastVectors returns the forms, best first. The last one suits any number of columns; m is the mask of these. With
// AVX-512, a narrow vector costs half of a wide one or less. With AVX2, a vector without a mask saves an instruction in
// the loop and a slow store.
func (s ISA) LastVectors(m Mask) []LastVector {
	if s.Opmasks {
		return []LastVector{{"upTo4", 4, m}, {"upTo8", 8, m}, {"upTo16", 16, m}}
	}
	return []LastVector{{"all8", 8, nil}, {"all4", 4, nil}, {"upTo4", 4, m}, {"upTo8", 8, m}}
}

// Choose jumps to the label to if this form suits the number of columns.
func (l LastVector) Choose(columns reg.GPVirtual, to LabelRef) {
	CMPQ(columns, U8(l.Lanes))
	if l.Mask == nil {
		JE(to)
	} else {
		JLE(to)
	}
}

// Log2 returns the logarithm of a power of two.
func Log2(n int) int {
	log := 0
	for ; n > 1; n /= 2 {
		log++
	}
	return log
}
