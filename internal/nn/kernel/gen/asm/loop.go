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
	half  reg.GPVirtual // elements in these and in half a vector that may follow; nil if the span is not halved
	n     reg.GPVirtual
	rest  Mask
}

// Span returns the span of n elements.
func (s ISA) Span(n reg.GPVirtual) Span {
	whole := GP64()
	MOVQ(n, whole)
	ANDQ(I8(-s.Lanes), whole)
	return Span{whole: whole, n: n, rest: s.restAfter(whole, n)}
}

// HalvedSpan is Span, except that without opmasks a rest of half a vector or more begins with half a vector. That needs no
// mask, and the divider is done with it in half of the time. A body must compute with as many lanes as a part has.
func (s ISA) HalvedSpan(n reg.GPVirtual) Span {
	if s.Opmasks {
		return s.Span(n)
	}
	whole, half := GP64(), GP64()
	MOVQ(n, whole)
	ANDQ(I8(-s.Lanes), whole)
	MOVQ(n, half)
	ANDQ(I8(-s.Lanes/2), half)
	return Span{whole, half, n, s.restAfter(half, n)}
}

// restAfter returns the mask of what follows the first elements of n.
func (s ISA) restAfter(first, n reg.GPVirtual) Mask {
	rest := GP64()
	MOVQ(n, rest)
	SUBQ(first, rest)
	m := s.FirstLanes(rest)
	if s.Opmasks {
		return m
	}
	return firstLanes{m.(reg.VecVirtual), rest}
}

// Part is a vector of a row: its lanes, and those of them that the row has; nil selects all.
type Part struct {
	Name  string // for labels
	Lanes int
	Mask  Mask
}

// Sweep calls body for the vectors of a row: in a loop over the whole vectors, and for the rest, if there is one. j is the
// first element of the vector.
func (s ISA) Sweep(name string, row Span, body func(j reg.GPVirtual, v Part)) {
	loop, rest := Labelf("%s", name), Labelf("%sRest", name)
	j := GP64()
	XORQ(j, j)
	CMPQ(j, row.whole)
	JGE(rest)
	Place(loop)
	body(j, Part{"whole", s.Lanes, nil})
	ADDQ(I8(s.Lanes), j)
	CMPQ(j, row.whole)
	JL(loop)
	Place(rest)
	s.sweepRest(name, row, j, body)
}

// SweepAhead is Sweep for a body that leaves something in registers for the next vector: first is the body of the first
// whole vector, next of each other, and last is called after the last one, with j behind it. rest is the body of what
// follows.
func (s ISA) SweepAhead(
	name string, row Span, first, next, last func(j reg.GPVirtual), rest func(j reg.GPVirtual, v Part),
) {
	loop, end, after := Labelf("%s", name), Labelf("%sEnd", name), Labelf("%sRest", name)
	j := GP64()
	XORQ(j, j)
	CMPQ(j, row.whole)
	JGE(after)
	first(j)
	ADDQ(I8(s.Lanes), j)
	CMPQ(j, row.whole)
	JGE(end)
	Place(loop)
	next(j)
	ADDQ(I8(s.Lanes), j)
	CMPQ(j, row.whole)
	JL(loop)
	Place(end)
	last(j)
	Place(after)
	s.sweepRest(name, row, j, rest)
}

// sweepRest calls body for what follows the whole vectors of a row.
func (s ISA) sweepRest(name string, row Span, j reg.GPVirtual, body func(j reg.GPVirtual, v Part)) {
	few, done := Labelf("%sFew", name), Labelf("%sDone", name)
	lanes := s.Lanes
	if row.half != nil {
		lanes /= 2
		CMPQ(j, row.half)
		JGE(few)
		body(j, Part{"half", lanes, nil})
		ADDQ(I8(lanes), j)
		Place(few)
	}
	if first, ok := row.rest.(firstLanes); ok {
		TESTQ(first.n, first.n)
		JE(done)
	} else {
		CMPQ(j, row.n)
		JGE(done)
	}
	body(j, Part{"rest", lanes, row.rest})
	Place(done)
}

// EachRow writes a loop over the rows, of which there must be at least 1, and over the vectors of the columns. The
// parameters rows and cols have their numbers. After each row, the pointers advance by their strides.
func (s ISA) EachRow(pointers, strides []reg.GPVirtual, body func(j reg.GPVirtual, v Part)) {
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
