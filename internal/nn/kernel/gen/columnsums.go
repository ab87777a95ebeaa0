package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"dnn/internal/nn/kernel/gen/asm"
)

// Predicates of VCMPPS. less and greater are ordered, so false for NaN, and raise no exception for it.
const (
	less      = 0x11
	greater   = 0x1e
	unordered = 0x03
)

// columnSums passes over the rows once for each strip of columns, whose sums stay in registers: first strips of four
// vectors, then strips of one.
func (s isa) columnSums() {
	s.Text("columnSums", "(rows, cols int, x []float32, ldx int, dst []float32)", "is Set.ColumnSums.")
	const wide = 4
	x, ldx, dst, cols := asm.Slice("x"), asm.Bytes("ldx"), asm.Slice("dst"), asm.Arg("cols")
	strip := func(name string, vectors int, m asm.Mask) {
		sums := s.Vectors(vectors)
		for _, sum := range sums {
			asm.Zero(sum)
		}
		row, left := GP64(), asm.Arg("rows")
		MOVQ(x, row)
		TESTQ(left, left)
		JE(asm.Labelf("%sStore", name))
		asm.Place(asm.Labelf("%sRow", name))
		for i, sum := range sums {
			from := Mem{Base: row, Disp: 4 * s.Lanes * i}
			if m == nil {
				VADDPS(from, sum, sum)
				continue
			}
			v := s.Vector()
			s.Load(from, v, s.Lanes, m)
			VADDPS(v, sum, sum)
		}
		ADDQ(ldx, row)
		DECQ(left)
		JNE(asm.Labelf("%sRow", name))
		asm.Place(asm.Labelf("%sStore", name))
		for i, sum := range sums {
			s.Store(sum, Mem{Base: dst, Disp: 4 * s.Lanes * i}, s.Lanes, m)
		}
	}
	for _, vectors := range []int{wide, 1} {
		name, next := asm.Labelf("strip%d", vectors), asm.Labelf("after%d", vectors)
		width := vectors * s.Lanes
		asm.Place(name)
		CMPQ(cols, U8(width))
		JL(next)
		strip(string(name), vectors, nil)
		ADDQ(I32(4*width), x)
		ADDQ(I32(4*width), dst)
		SUBQ(U8(width), cols)
		JMP(name)
		asm.Place(next)
	}
	TESTQ(cols, cols)
	JE(asm.Labelf("done"))
	strip("rest", 1, s.FirstLanes(cols))
	asm.Place("done")
	asm.End()
}
