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
		"is Set.GemmTile.")
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
			CMPQ(rows, U8(s.tileRows))
			JGE(tile(s.tileRows))
			for r := s.tileRows - 1; r > 1; r-- {
				CMPQ(rows, U8(r))
				JE(tile(r))
			}
			for r := 1; r < s.tileRows; r++ {
				t.emit(tile(r), r, vectors, l)
				asm.End()
			}
			t.emit(tile(s.tileRows), s.tileRows, vectors, l)
			SUBQ(U8(s.tileRows), rows)
			JG(tile(s.tileRows) + "next")
			asm.End()
			asm.Place(tile(s.tileRows) + "next")
			t.advance()
			JMP(choice)
		}
	}
}

type gemmTile struct {
	isa
	k                                        reg.GPVirtual
	a, rs, rs3, rs5, rs7, cs, b, ldb, c, ldc reg.GPVirtual // strides are in bytes; rs3 is 3*rs
}

// row returns the address of element i of the current column of A.
func (t gemmTile) row(i int) Mem {
	index := []reg.GPVirtual{nil, t.rs, t.rs, t.rs3, t.rs, t.rs5, t.rs3, t.rs7}[i]
	scale := []uint8{0, 1, 2, 1, 4, 1, 2, 1}[i]
	if index == nil {
		return Mem{Base: t.a}
	}
	return Mem{Base: t.a, Index: index, Scale: scale}
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
	multiply, loop, finish := name+"multiply", name+"k", name+"store"

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

	asm.Place(multiply)
	TESTQ(t.k, t.k)
	JE(finish)
	asm.Place(loop)
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
	ADDQ(t.ldb, t.b)
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

// advance moves on to the next rows of A and C.
func (t gemmTile) advance() {
	Load(Param("k"), t.k)
	IMULQ(t.cs, t.k)
	SUBQ(t.k, t.a)
	Load(Param("k"), t.k)
	for range t.tileRows / 2 {
		LEAQ(Mem{Base: t.a, Index: t.rs, Scale: 2}, t.a)
		LEAQ(Mem{Base: t.c, Index: t.ldc, Scale: 2}, t.c)
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
