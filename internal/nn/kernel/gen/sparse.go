package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/adam"
	"dnn/internal/nn/kernel/gen/asm"
)

// sparseMul writes the product with a sparse matrix, for a panel of at most s.panel vectors of columns. The sums of a
// row stay in registers while its entries are read. An entry costs one load of its value and, for each vector, an FMA
// that reads B.
//
// There is a loop for each number of vectors, and for each form of the last one. With AVX-512, 100 columns are 6 whole
// vectors and a narrow one.
//
// The branch that ends a row's loop is often mispredicted. But it depends only on where the row starts and ends, so it
// is resolved while FMAs of earlier entries still wait, and costs little.
func (s isa) sparseMul() {
	s.Text("sparseMul", "(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, "+
		"b []float32, ldb int, y []float32, ldy int, accumulate bool)",
		"is Set.SparseMul for 1 <= cols <= the panel's width and rows >= 1.")
	p := s.sparseArgs()
	y, ldy := asm.Slice("y"), asm.Bytes("ldy")
	p.emitAll(sparseEnds{
		begin: func(columns eachVector) {
			CMPB(asm.InMemory(Param("accumulate")), U8(0))
			JE(columns.label + "begin")
			columns.do(func(sum reg.VecVirtual, offset, lanes int, m asm.Mask) {
				p.Load(Mem{Base: y, Disp: offset}, sum, lanes, m)
			})
			asm.Place(columns.label + "begin")
		},
		finish: func(columns eachVector) {
			columns.do(func(sum reg.VecVirtual, offset, lanes int, m asm.Mask) {
				p.Store(sum, Mem{Base: y, Disp: offset}, lanes, m)
			})
		},
		next: func() { ADDQ(ldy, y) },
		// A row without entries stays as it is, or becomes zero.
		empty: func(columns eachVector) {
			CMPB(asm.InMemory(Param("accumulate")), U8(0))
			JNE(columns.label + "next")
			columns.do(func(sum reg.VecVirtual, offset, lanes int, m asm.Mask) {
				p.Store(sum, Mem{Base: y, Disp: offset}, lanes, m)
			})
		},
		unless: func(uint64, LabelRef) {},
	})
}

// sparseAdam writes the product with a step of Adam at the end of each row, for which the row's sums are the gradient.
// While the divider works on one row, the CPU reads the entries of the next: each uses units that the other leaves
// idle.
func (s isa) sparseAdam() {
	s.Text("sparseAdam", "(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, "+
		"b []float32, ldb int, p, m, v []float32, ldp int, alpha, c1, c2, epsilon float32, which uint8)",
		"is Set.SparseAdam for 1 <= cols <= the panel's width and rows >= 1.")
	x := s.sparseArgs()
	x.panel = s.adamPanel
	// Moments are addressed relative to the parameters, so only one pointer moves on.
	p, m, v := asm.Slice("p"), asm.Slice("m"), asm.Slice("v")
	SUBQ(p, m)
	SUBQ(p, v)
	step := adam.New(s.ISA)
	x.emitAll(sparseEnds{
		begin: func(eachVector) {},
		finish: func(columns eachVector) {
			columns.do(func(sum reg.VecVirtual, offset, lanes int, mask asm.Mask) {
				at := func(index reg.Register) Mem { return Mem{Base: p, Index: index, Scale: 1, Disp: offset} }
				step.Emit(sum, Mem{Base: p, Disp: offset}, at(m), at(v), lanes, mask)
			})
		},
		next: func() { ADDQ(asm.Bytes("ldp"), p) },
		// A row without entries has a gradient of zeros.
		empty: func(columns eachVector) {
			at, left := GP64(), GP64()
			MOVQ(p, at)
			vector := func(name LabelRef, lanes int, rest asm.Mask) {
				step.EmitIdle(columns.label+name, Mem{Base: at}, Mem{Base: at, Index: m, Scale: 1},
					Mem{Base: at, Index: v, Scale: 1}, lanes, rest)
			}
			if columns.whole > 0 {
				loop := columns.label + "idle"
				MOVQ(I32(columns.whole), left)
				asm.Place(loop)
				vector("whole", s.Lanes, nil)
				ADDQ(U8(4*s.Lanes), at)
				DECQ(left)
				JNE(loop)
			}
			vector("last", columns.last.Lanes, columns.last.Mask)
		},
		unless: func(rows uint64, to LabelRef) {
			TESTB(U8(rows), asm.InMemory(Param("which")))
			JE(to)
		},
	})
}

// sparsePanel has the registers of a product with a sparse matrix.
type sparsePanel struct {
	isa
	rows, entries, start, step, table, b, ldb reg.GPVirtual
}

// sparseArgs loads a product's arguments.
func (s isa) sparseArgs() sparsePanel {
	return sparsePanel{
		isa:     s,
		rows:    asm.Arg("rows"),
		entries: asm.Slice("entries"),
		start:   asm.Slice("start"),
		step:    asm.Bytes("step"),
		table:   asm.Arg("table"),
		b:       asm.Slice("b"),
		ldb:     asm.Bytes("ldb"),
	}
}

// sparseEnds writes what happens to the sums of a row before its entries are read, when they are zero, and after.
type sparseEnds struct {
	begin, finish func(columns eachVector)
	next          func() // moves on to the next row

	empty  func(columns eachVector)              // replaces both for a row without entries
	unless func(rows uint64, otherwise LabelRef) // jumps unless these rows are selected
}

// The values of kernel.Rows. This program cannot import package kernel, a part of which it writes.
const (
	emptyRows  = 1
	filledRows = 2
)

// eachVector is the columns of a row as vectors. do calls a function for each vector: with its sum, its offset in a
// row, its lanes and its mask.
type eachVector struct {
	label LabelRef // of the loop
	whole int      // vectors before the last one
	last  asm.LastVector
	do    func(func(sum reg.VecVirtual, offset, lanes int, m asm.Mask))
}

// emitAll writes all loops, and the code that chooses one.
func (p sparsePanel) emitAll(ends sparseEnds) {
	cols := asm.Arg("cols")
	before, rest := GP64(), GP64() // vectors before the last one, and columns in the last one (1 to lanes)
	LEAQ(Mem{Base: cols, Disp: -1}, before)
	MOVQ(before, rest)
	SHRQ(U8(asm.Log2(p.Lanes)), before)
	ANDQ(U8(p.Lanes-1), rest)
	INCQ(rest)
	lasts := p.LastVectors(p.FirstLanes(rest))

	for n := p.panel - 1; n > 0; n-- {
		CMPQ(before, U8(n))
		JE(asm.Labelf("vectors%d", n+1))
	}
	for n := 1; n <= p.panel; n++ {
		asm.Place(asm.Labelf("vectors%d", n))
		for _, l := range lasts {
			l.Choose(rest, asm.Labelf("vectors%d%s", n, l.Name))
		}
		for _, l := range lasts {
			p.emit(asm.Labelf("vectors%d%s", n, l.Name), n, l, ends)
		}
	}
}

// emit writes the loop over the rows for n vectors of columns.
func (p sparsePanel) emit(name LabelRef, n int, last asm.LastVector, ends sparseEnds) {
	sums := p.Vectors(n)
	x := p.Vector()
	columns := eachVector{name, n - 1, last, func(f func(sum reg.VecVirtual, offset, lanes int, m asm.Mask)) {
		for i, sum := range sums {
			if i < n-1 {
				f(sum, i*4*p.Lanes, p.Lanes, nil)
			} else {
				f(sum, i*4*p.Lanes, last.Lanes, last.Mask)
			}
		}
	}}
	multiply := name + "entries"

	asm.Place(name)
	e, stop := GP64(), GP64()
	MOVLQSX(Mem{Base: p.start}, e)
	MOVLQSX(Mem{Base: p.start, Disp: 4}, stop)
	ADDQ(p.step, p.start)
	LEAQ(Mem{Base: p.entries, Index: e, Scale: 4}, e)
	LEAQ(Mem{Base: p.entries, Index: stop, Scale: 4}, stop)
	for _, sum := range sums {
		asm.Zero(sum)
	}
	CMPQ(e, stop)
	JGE(name + "empty")
	ends.unless(filledRows, name+"next")
	ends.begin(columns)

	asm.Place(multiply)
	value, row := GP32(), GP32()
	MOVL(Mem{Base: e}, row)
	MOVBLZX(row.As8L(), value)
	SHRL(U8(8), row)
	IMULQ(p.ldb, row.As64())
	VBROADCASTSS(Mem{Base: p.table, Index: value.As64(), Scale: 4}, x)
	columns.do(func(sum reg.VecVirtual, offset, lanes int, m asm.Mask) {
		p.MultiplyAdd(sum, x, Mem{Base: p.b, Index: row.As64(), Scale: 1, Disp: offset}, lanes, m)
	})
	ADDQ(U8(4), e)
	CMPQ(e, stop)
	JL(multiply)

	ends.finish(columns)
	asm.Place(name + "next")
	next := func() {
		ends.next()
		DECQ(p.rows)
		JNE(name)
		asm.End()
	}
	next()
	asm.Place(name + "empty")
	ends.unless(emptyRows, name+"next")
	ends.empty(columns)
	next()
}
