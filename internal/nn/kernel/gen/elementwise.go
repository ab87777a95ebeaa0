package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

func (s isa) bias() {
	s.Text("bias", "(rows, cols int, y []float32, ldy int, bias []float32)", "is Set.Bias for rows >= 1.")
	y, ldy, bias := asm.Slice("y"), asm.Bytes("ldy"), asm.Slice("bias")
	s.EachRow([]reg.GPVirtual{y}, []reg.GPVirtual{ldy}, func(j reg.GPVirtual, m asm.Mask) {
		v, b := s.Vector(), s.Vector()
		s.Load(asm.Element(y, j), v, s.Lanes, m)
		s.Load(asm.Element(bias, j), b, s.Lanes, m)
		VADDPS(b, v, v)
		s.Store(v, asm.Element(y, j), s.Lanes, m)
	})
}

func (s isa) biasRelu() {
	s.Text("biasRelu", "(rows, cols int, y []float32, ldy int, bias []float32)", "is Set.BiasRelu for rows >= 1.")
	y, ldy, bias := asm.Slice("y"), asm.Bytes("ldy"), asm.Slice("bias")
	none := s.Vector()
	asm.Zero(none)
	s.EachRow([]reg.GPVirtual{y}, []reg.GPVirtual{ldy}, func(j reg.GPVirtual, m asm.Mask) {
		v, b := s.Vector(), s.Vector()
		s.Load(asm.Element(y, j), v, s.Lanes, m)
		s.Load(asm.Element(bias, j), b, s.Lanes, m)
		VADDPS(b, v, v)
		VMAXPS(v, none, v) // 0 > v ? 0 : v, so that -0 and NaN remain
		s.Store(v, asm.Element(y, j), s.Lanes, m)
	})
}

func (s isa) reluGrad() {
	s.Text("reluGrad", "(rows, cols int, y []float32, ldy int, d []float32, ldd int)", "is Set.ReluGrad for rows >= 1.")
	y, ldy, d, ldd := asm.Slice("y"), asm.Bytes("ldy"), asm.Slice("d"), asm.Bytes("ldd")
	none := s.Vector()
	asm.Zero(none)
	s.EachRow([]reg.GPVirtual{y, d}, []reg.GPVirtual{ldy, ldd}, func(j reg.GPVirtual, m asm.Mask) {
		v, g := s.Vector(), s.Vector()
		s.Load(asm.Element(y, j), v, s.Lanes, m)
		s.Load(asm.Element(d, j), g, s.Lanes, m)
		if s.Opmasks {
			positive := K()
			VCMPPS(U8(greater), none, v, positive)
			VMOVUPS_Z(g, positive, g)
		} else {
			VCMPPS(U8(greater), none, v, v)
			VANDPS(v, g, g)
		}
		s.Store(g, asm.Element(d, j), s.Lanes, m)
	})
}

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
