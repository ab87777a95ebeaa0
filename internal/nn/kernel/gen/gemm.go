package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// gemmTile writes a column of tiles of a matrix product. A tile has one or two vectors of sums for each row, in
// registers. Each step of k loads a row of B, and multiplies it by one broadcast element of A after the other. As each
// load serves several FMAs, the FMA units are the limit.
//
// There is a loop for each number of rows and of vectors, and for each form of the last vector.
func (s isa) gemmTile() {
	s.Text("gemmTile", "(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, "+
		"ldc int, accumulate bool)",
		"is gemmTile.")
	cols := asm.Arg("cols")
	last := GP64() // columns in the last vector
	MOVQ(cols, last)
	SUBQ(U8(s.Lanes), last)
	CMOVQLE(cols, last)
	lasts := s.LastVectors(s.FirstLanes(last))

	t := gemmTile{
		isa: s,
		k:   asm.Arg("k"),
		a:   asm.Slice("a"), rs: asm.Bytes("rs"), cs: asm.Bytes("cs"),
		b: asm.Slice("b"), ldb: asm.Bytes("ldb"),
		c: asm.Slice("c"), ldc: asm.Bytes("ldc"),
	}
	t.rs3, t.rs5, t.rs7 = GP64(), GP64(), GP64()
	LEAQ(Mem{Base: t.rs, Index: t.rs, Scale: 2}, t.rs3)
	LEAQ(Mem{Base: t.rs, Index: t.rs, Scale: 4}, t.rs5)
	LEAQ(Mem{Base: t.rs3, Index: t.rs, Scale: 4}, t.rs7)
	if s.tileRows > 8 {
		t.a8 = GP64()
		LEAQ(Mem{Base: t.a, Index: t.rs, Scale: 8}, t.a8)
	}

	rows := asm.InMemory(Param("rows")) // rows left; no register is free for them
	for vectors := 2; vectors >= 1; vectors-- {
		asm.Place(asm.Labelf("wide%d", vectors))
		if vectors > 1 {
			CMPQ(cols, U8(s.Lanes*(vectors-1)))
			JLE(asm.Labelf("wide%d", vectors-1))
		}
		for _, l := range lasts {
			l.Choose(last, asm.Labelf("wide%d%s", vectors, l.Name))
		}
		for _, l := range lasts {
			choice := asm.Labelf("wide%d%s", vectors, l.Name)
			tile := func(rows int) LabelRef { return asm.Labelf("tile%dx%d%s", rows, vectors, l.Name) }
			asm.Place(choice)
			CMPQ(rows, U8(2*s.tileRows))
			JGE(tile(s.tileRows))
			// Two tiles of similar heights take less time than a whole one and a low one, which has few sums at once.
			height := GP64()
			MOVQ(rows, height)
			CMPQ(height, U8(s.tileRows))
			JLE(choice + "last")
			INCQ(height)
			SHRQ(U8(1), height)
			asm.Place(choice + "last")
			for r := s.tileRows; r > 1; r-- {
				CMPQ(height, U8(r))
				JE(tile(r))
			}
			for r := 1; r <= s.tileRows; r++ {
				t.emit(tile(r), r, vectors, l)
				if 2*r > s.tileRows {
					SUBQ(U8(r), rows)
					JG(tile(r) + "next")
				}
				asm.End()
				if 2*r > s.tileRows {
					asm.Place(tile(r) + "next")
					t.advance(r)
					JMP(choice)
				}
			}
		}
	}
}

type gemmTile struct {
	isa
	k                                        reg.GPVirtual
	a, rs, rs3, rs5, rs7, cs, b, ldb, c, ldc reg.GPVirtual // strides are in bytes; rs3 is 3*rs
	a8                                       reg.GPVirtual // a + 8*rs, if a tile has more than eight rows
}

// row returns the address of element i of the current column of A.
func (t gemmTile) row(i int) Mem {
	base := t.a
	if i >= 8 {
		base, i = t.a8, i-8
	}
	index := []reg.GPVirtual{nil, t.rs, t.rs, t.rs3, t.rs, t.rs5, t.rs3, t.rs7}[i]
	scale := []uint8{0, 1, 2, 1, 4, 1, 2, 1}[i]
	if index == nil {
		return Mem{Base: base}
	}
	return Mem{Base: base, Index: index, Scale: scale}
}

// emit writes a tile with so many rows and vectors.
func (t gemmTile) emit(name LabelRef, rows, vectors int, last asm.LastVector) {
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = t.Vectors(vectors)
	}
	shape := func(j int) (lanes int, m asm.Mask) {
		if j == vectors-1 {
			return last.Lanes, last.Mask
		}
		return t.Lanes, nil
	}
	multiply, loop, rounds, rest, finish := name+"multiply", name+"k", name+"rounds", name+"rest", name+"store"

	asm.Place(name)
	for i := range sums {
		for _, sum := range sums[i] {
			VXORPS(sum, sum, sum) // not asm.Zero: it writes to a part, so avo would keep the register live before it
		}
	}
	CMPB(asm.InMemory(Param("accumulate")), U8(0))
	JE(multiply)
	at := GP64()
	MOVQ(t.c, at)
	for i := range sums {
		if i > 0 {
			ADDQ(t.ldc, at)
		}
		for j, sum := range sums[i] {
			lanes, m := shape(j)
			t.Load(Mem{Base: at, Disp: 4 * t.Lanes * j}, sum, lanes, m)
		}
	}
	if rows == t.tileRows && vectors == 2 {
		t.prefetchBelow(at)
	}

	step := func() { // of k
		b := t.Vectors(vectors)
		for j := range b {
			lanes, m := shape(j)
			t.Load(Mem{Base: t.b, Disp: 4 * t.Lanes * j}, b[j], lanes, m)
		}
		for i := range rows {
			a := t.Vector()
			widest, _ := shape(0)
			VBROADCASTSS(t.row(i), asm.Narrow(a, widest))
			for j := range b {
				lanes, _ := shape(j)
				VFMADD231PS(asm.Narrow(a, lanes), asm.Narrow(b[j], lanes), asm.Narrow(sums[i][j], lanes))
			}
		}
		ADDQ(t.cs, t.a)
		if rows > 8 {
			ADDQ(t.cs, t.a8)
		}
		ADDQ(t.ldb, t.b)
	}
	asm.Place(multiply)
	if t.unroll > 1 {
		SUBQ(U8(t.unroll), t.k)
		JL(rest)
		asm.Place(rounds)
		for range t.unroll {
			step()
		}
		SUBQ(U8(t.unroll), t.k)
		JGE(rounds)
		asm.Place(rest)
		ADDQ(U8(t.unroll), t.k)
	} else {
		TESTQ(t.k, t.k)
	}
	JE(finish)
	asm.Place(loop)
	step()
	DECQ(t.k)
	JNE(loop)

	asm.Place(finish)
	MOVQ(t.c, at)
	for i := range sums {
		if i > 0 {
			ADDQ(t.ldc, at)
		}
		for j, sum := range sums[i] {
			lanes, m := shape(j)
			t.Store(sum, Mem{Base: at, Disp: 4 * t.Lanes * j}, lanes, m)
		}
	}
}

// advance moves on to the rows of A and C behind so many.
func (t gemmTile) advance(rows int) {
	Load(Param("k"), t.k)
	IMULQ(t.cs, t.k)
	SUBQ(t.k, t.a)
	Load(Param("k"), t.k)
	below := GP64()
	IMUL3Q(U8(rows), t.ldc, below)
	ADDQ(below, t.c)
	if rows >= 8 {
		LEAQ(Mem{Base: t.a, Index: t.rs, Scale: 8}, t.a)
	}
	LEAQ(t.row(rows%8), t.a)
	if t.tileRows > 8 {
		LEAQ(Mem{Base: t.a, Index: t.rs, Scale: 8}, t.a8)
	}
	Load(Param("b").Base(), t.b)
}

// prefetchBelow prefetches the tile of C below the row at. A large product takes that tile next, and needs its values
// first. If there is no such tile, prefetching does nothing.
func (t gemmTile) prefetchBelow(at reg.GPVirtual) {
	for range t.tileRows {
		ADDQ(t.ldc, at)
		PREFETCHT0(Mem{Base: at})
		PREFETCHT0(Mem{Base: at, Disp: 4 * (2*t.Lanes - 1)})
	}
}
