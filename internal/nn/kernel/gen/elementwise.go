package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// eachRow writes a loop over the parameter rows, which must be at least 1, and the vectors of the parameter cols; after
// each row the pointers advance by their strides.
func (s isa) eachRow(pointers, strides []reg.GPVirtual, body func(j reg.GPVirtual, m mask)) {
	rows := arg("rows")
	row := s.span(arg("cols"))
	place("row")
	s.sweep("vector", row, body)
	for i, p := range pointers {
		ADDQ(strides[i], p)
	}
	DECQ(rows)
	JNE(label("row"))
	end()
}

func (s isa) bias() {
	s.text("bias", "(rows, cols int, y []float32, ldy int, bias []float32)", "is Set.Bias for rows >= 1.")
	y, ldy, bias := slice("y"), bytes("ldy"), slice("bias")
	s.eachRow([]reg.GPVirtual{y}, []reg.GPVirtual{ldy}, func(j reg.GPVirtual, m mask) {
		v, b := s.vector(), s.vector()
		s.load(element(y, j), v, s.lanes, m)
		s.load(element(bias, j), b, s.lanes, m)
		VADDPS(b, v, v)
		s.store(v, element(y, j), s.lanes, m)
	})
}

func (s isa) biasRelu() {
	s.text("biasRelu", "(rows, cols int, y []float32, ldy int, bias []float32)", "is Set.BiasRelu for rows >= 1.")
	y, ldy, bias := slice("y"), bytes("ldy"), slice("bias")
	none := s.vector()
	zero(none)
	s.eachRow([]reg.GPVirtual{y}, []reg.GPVirtual{ldy}, func(j reg.GPVirtual, m mask) {
		v, b := s.vector(), s.vector()
		s.load(element(y, j), v, s.lanes, m)
		s.load(element(bias, j), b, s.lanes, m)
		VADDPS(b, v, v)
		VMAXPS(v, none, v) // 0 > v ? 0 : v, so that -0 and NaN remain
		s.store(v, element(y, j), s.lanes, m)
	})
}

func (s isa) reluGrad() {
	s.text("reluGrad", "(rows, cols int, y []float32, ldy int, d []float32, ldd int)", "is Set.ReluGrad for rows >= 1.")
	y, ldy, d, ldd := slice("y"), bytes("ldy"), slice("d"), bytes("ldd")
	none := s.vector()
	zero(none)
	s.eachRow([]reg.GPVirtual{y, d}, []reg.GPVirtual{ldy, ldd}, func(j reg.GPVirtual, m mask) {
		v, g := s.vector(), s.vector()
		s.load(element(y, j), v, s.lanes, m)
		s.load(element(d, j), g, s.lanes, m)
		if s.opmasks {
			positive := K()
			VCMPPS(U8(greater), none, v, positive)
			VMOVUPS_Z(g, positive, g)
		} else {
			VCMPPS(U8(greater), none, v, v)
			VANDPS(v, g, g)
		}
		s.store(g, element(d, j), s.lanes, m)
	})
}

// The predicates of VCMPPS in use: ordered, without an exception for NaN, except for unordered.
const (
	less      = 0x11
	greater   = 0x1e
	unordered = 0x03
)

// columnSums goes through the rows once for each strip of four vectors of columns, then for each single one, so that the
// sums stay in registers.
func (s isa) columnSums() {
	s.text("columnSums", "(rows, cols int, x []float32, ldx int, dst []float32)", "is Set.ColumnSums.")
	const wide = 4
	x, ldx, dst, cols := slice("x"), bytes("ldx"), slice("dst"), arg("cols")
	strip := func(name string, vectors int, m mask) {
		sums := s.vectors(vectors)
		for _, sum := range sums {
			zero(sum)
		}
		row, left := GP64(), arg("rows")
		MOVQ(x, row)
		TESTQ(left, left)
		JE(label("%sStore", name))
		place(label("%sRow", name))
		for i, sum := range sums {
			from := Mem{Base: row, Disp: 4 * s.lanes * i}
			if m == nil {
				VADDPS(from, sum, sum)
				continue
			}
			v := s.vector()
			s.load(from, v, s.lanes, m)
			VADDPS(v, sum, sum)
		}
		ADDQ(ldx, row)
		DECQ(left)
		JNE(label("%sRow", name))
		place(label("%sStore", name))
		for i, sum := range sums {
			s.store(sum, Mem{Base: dst, Disp: 4 * s.lanes * i}, s.lanes, m)
		}
	}
	for _, vectors := range []int{wide, 1} {
		name, next := label("strip%d", vectors), label("after%d", vectors)
		width := vectors * s.lanes
		place(name)
		CMPQ(cols, U8(width))
		JL(next)
		strip(string(name), vectors, nil)
		ADDQ(I32(4*width), x)
		ADDQ(I32(4*width), dst)
		SUBQ(U8(width), cols)
		JMP(name)
		place(next)
	}
	TESTQ(cols, cols)
	JE(label("done"))
	strip("rest", 1, s.firstLanes(cols))
	place("done")
	end()
}
