package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// copyRows moves a vector at a time.
func (s isa) copyRows() {
	s.Text("copyRows", "(rows, cols int, src []float32, lds int, dst []float32, ldd int)", "is copyRows for rows >= 1.")
	src, dst := asm.Slice("src"), asm.Slice("dst")
	v := s.Vector()
	s.EachRow([]reg.GPVirtual{src, dst}, []reg.GPVirtual{asm.Bytes("lds"), asm.Bytes("ldd")},
		func(j reg.GPVirtual, part asm.Part) {
			s.Load(Mem{Base: src, Index: j, Scale: 4}, v, part.Lanes, part.Mask)
			s.Store(v, Mem{Base: dst, Index: j, Scale: 4}, part.Lanes, part.Mask)
		})
}

// transpose works in blocks of 8 rows and 4 columns. Rows i and i+4 are the two halves of one vector. The usual
// transposition of 4x4 within the halves then gives 4 columns of 8 elements, to be stored as rows.
//
// If fewer than 8 rows are left, the block reads the last row again in place of the missing ones, and does not store
// these.
func (s isa) transpose() {
	s.Text("transpose", "(rows, cols int, src []float32, lds int, dst []float32, ldd int)",
		"is Set.Transpose for rows >= 1.")
	t := transpose{isa: s, src: asm.Slice("src"), dst: asm.Slice("dst")}
	rows := asm.Arg("rows")
	lastCols := asm.Arg("cols")
	ANDQ(U8(3), lastCols)
	t.colMask = s.FirstLanes(lastCols)

	asm.Place("block")
	last, offset, lds := GP64(), GP64(), asm.Bytes("lds")
	LEAQ(Mem{Base: rows, Disp: -1}, last)
	IMULQ(lds, last) // the offset of the last row
	XORQ(offset, offset)
	for i := range t.row {
		t.row[i] = GP64()
		LEAQ(Mem{Base: t.src, Index: offset, Scale: 1}, t.row[i])
		ADDQ(lds, offset)
		CMPQ(offset, last)
		CMOVQGT(last, offset)
	}
	LEAQ(Mem{Base: t.src, Index: lds, Scale: 8}, t.src)
	t.to, t.left, t.ldd = GP64(), asm.Arg("cols"), asm.Bytes("ldd")
	MOVQ(t.dst, t.to)
	ADDQ(U8(32), t.dst)
	CMPQ(rows, U8(8))
	JL(asm.Labelf("fewRows"))
	t.columns("all", func(v reg.VecVirtual) { VMOVUPS(v, Mem{Base: t.to}) })
	SUBQ(U8(8), rows)
	JNE(asm.Labelf("block"))
	asm.End()

	asm.Place("fewRows")
	if s.Opmasks {
		m := s.FirstLanes(rows)
		t.columns("few", func(v reg.VecVirtual) { s.Store(v, Mem{Base: t.to}, 8, m) })
		asm.End()
		return
	}
	// VMASKMOVPS is a slow store on some CPUs, and a panel of 6 rows would consist of such stores.
	for n := 2; n < 8; n++ {
		CMPQ(rows, U8(n))
		JE(asm.Labelf("rows%d", n))
	}
	for n := 1; n < 8; n++ {
		asm.Place(asm.Labelf("rows%d", n))
		t.columns(fmt.Sprintf("rows%d", n), func(v reg.VecVirtual) { storeFew(v, n, Mem{Base: t.to}) })
		asm.End()
	}
}

// storeFew stores the first n lanes of v, 1 <= n < 8, by ordinary stores of 4, 2 and 1 lanes.
func storeFew(v reg.VecVirtual, n int, to Mem) {
	part := v.AsX()
	if n >= 4 {
		VMOVUPS(part, to)
		to = to.Offset(16)
		if n == 4 {
			return
		}
		high := XMM()
		VEXTRACTF128(U8(1), v, high)
		part = high
	}
	if n&2 != 0 {
		VMOVLPS(part, to)
		to = to.Offset(8)
	}
	if n&1 != 0 {
		VEXTRACTPS(U8(n&2), part, to)
	}
}

type transpose struct {
	isa
	src, dst, ldd, to, left reg.GPVirtual
	row                     [8]reg.GPVirtual
	colMask                 asm.Mask
}

// columns writes the loop over the columns of a block: four at a time, then the remaining one to three. It calls store
// for each column, which is to be stored at t.to.
func (t transpose) columns(name string, store func(v reg.VecVirtual)) {
	loop, rest, done := asm.Labelf("%sColumns", name), asm.Labelf("%sRest", name), asm.Labelf("%sDone", name)
	SUBQ(U8(4), t.left)
	JL(rest)
	asm.Place(loop)
	for _, v := range t.block(nil) {
		store(v)
		ADDQ(t.ldd, t.to)
	}
	for _, r := range t.row {
		ADDQ(U8(16), r)
	}
	SUBQ(U8(4), t.left)
	JGE(loop)
	asm.Place(rest)
	ADDQ(U8(4), t.left)
	JE(done)
	columns := t.block(t.colMask)
	for _, v := range columns[:3] {
		store(v)
		ADDQ(t.ldd, t.to)
		DECQ(t.left)
		JE(done)
	}
	asm.Place(done)
}

// block reads 8 rows of 4 columns, or of those that m selects, and returns the columns.
func (t transpose) block(m asm.Mask) (columns [4]reg.VecVirtual) {
	var r [4]reg.VecVirtual
	for i := range r {
		r[i] = YMM()
		low, high := Mem{Base: t.row[i]}, Mem{Base: t.row[i+4]}
		if m == nil {
			VBROADCASTF128(low, r[i])
			VINSERTF128(U8(1), high, r[i], r[i])
			continue
		}
		half := YMM()
		VXORPS(r[i], r[i], r[i]) // also tells avo that the old upper half is not read
		t.Load(low, r[i], 4, m)
		t.Load(high, half, 4, m)
		VINSERTF128(U8(1), half.AsX(), r[i], r[i])
	}
	var pairs [4]reg.VecVirtual // of rows 0, 1 and 2, 3 in columns 0, 1; of both in columns 2, 3
	for i := range pairs {
		pairs[i] = YMM()
	}
	VUNPCKLPS(r[1], r[0], pairs[0])
	VUNPCKLPS(r[3], r[2], pairs[1])
	VUNPCKHPS(r[1], r[0], pairs[2])
	VUNPCKHPS(r[3], r[2], pairs[3])
	for i := range columns {
		columns[i] = YMM()
		low, high := pairs[i/2*2], pairs[i/2*2+1]
		if i%2 == 0 {
			VUNPCKLPD(high, low, columns[i])
		} else {
			VUNPCKHPD(high, low, columns[i])
		}
	}
	return columns
}

// transposeBytes works in blocks of 16 rows and 32 columns. The last block in each direction ends where the matrix
// does, so it may overlap the one before. The rows are the inner loop, so that few lines of the destination are written
// at a time, each of them whole.
func transposeBytes() {
	const blockRows, blockCols = 16, 32
	avx2.Text("transposeBytes", "(rows, cols int, src []uint8, lds int, dst []uint8, ldd int)",
		"is Set.TransposeBytes for rows >= 16 and cols >= 32.")
	lds, ldd := asm.Arg("lds"), asm.Arg("ldd")
	lds3, ldd16 := GP64(), GP64()
	LEAQ(Mem{Base: lds, Index: lds, Scale: 2}, lds3)
	MOVQ(ldd, ldd16)
	SHLQ(U8(4), ldd16)
	var quads [4]reg.GPVirtual // rows 0, 4, 8 and 12 of the block
	for i := range quads {
		quads[i] = GP64()
	}
	row := func(i int) Mem {
		m := Mem{Base: quads[i/4]}
		switch i % 4 {
		case 1, 2:
			m.Index, m.Scale = lds, uint8(i%4)
		case 3:
			m.Index, m.Scale = lds3, 1
		}
		return m
	}
	r, c := GP64(), GP64()
	XORQ(c, c)
	asm.Place("columns")
	XORQ(r, r)
	asm.Place("block")
	MOVQ(r, quads[0])
	IMULQ(lds, quads[0])
	ADDQ(asm.InMemory(Param("src").Base()), quads[0])
	ADDQ(c, quads[0])
	for i := 1; i < len(quads); i++ {
		LEAQ(Mem{Base: quads[i-1], Index: lds, Scale: 4}, quads[i])
	}
	to := GP64()
	MOVQ(c, to)
	IMULQ(ldd, to)
	ADDQ(asm.InMemory(Param("dst").Base()), to)
	ADDQ(r, to)
	transposeBytes16x32(row, to, ldd, ldd16)
	asm.Step(r, asm.InMemory(Param("rows")), blockRows, "block")
	asm.Step(c, asm.InMemory(Param("cols")), blockCols, "columns")
	asm.End()
}

// transposeBytes16x32 transposes a block. The left and right 16 columns are the lower and upper halves of vectors. It
// does the first eight columns of both, then the others: all at once would need too many registers.
//
// Interleaving row i with row i+8, then the results with distances of 4, 2 and 1, leaves a column in each half.
func transposeBytes16x32(row func(i int) Mem, to, ldd, ldd16 reg.GPVirtual) {
	for _, unpack := range []func(...Op){VPUNPCKLBW, VPUNPCKHBW} {
		var pairs []reg.VecVirtual
		for i := range 8 {
			v := YMM()
			VMOVDQU(row(i), v)
			unpack(row(i+8), v, v)
			pairs = append(pairs, v)
		}
		for _, column := range interleave(pairs) {
			VMOVDQU(column.AsX(), Mem{Base: to})
			VEXTRACTI128(U8(1), column, Mem{Base: to, Index: ldd16, Scale: 1})
			ADDQ(ldd, to)
		}
	}
}

// interleave returns vectors that each hold the bytes of one column per half, given vectors that hold several columns
// of some rows.
func interleave(v []reg.VecVirtual) []reg.VecVirtual {
	if len(v) == 1 {
		return v
	}
	half := len(v) / 2
	var low, high []reg.VecVirtual
	for i := range half {
		l, h := YMM(), YMM()
		VPUNPCKLBW(v[i+half], v[i], l)
		VPUNPCKHBW(v[i+half], v[i], h)
		low, high = append(low, l), append(high, h)
	}
	return append(interleave(low), interleave(high)...)
}
