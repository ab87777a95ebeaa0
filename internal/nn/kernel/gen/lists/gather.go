package lists

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// gatherer has the registers of the search for nonzero bytes. There are two ways to search, compressor and permuter.
// Both make vectors of entries, move the entries of nonzero bytes together, and store whole vectors. The next vector is
// stored behind the entries that count. A group of bytes that are all zero, as at the margins of an image, is skipped.
type gatherer struct {
	asm.ISA
	group int // bytes that can be skipped at once

	src, dst, left reg.GPVirtual  // left: remaining bytes of the row
	index          reg.VecVirtual // 256 times the index of the next byte; in a permuter, of each lane's byte
	jump           reg.VecVirtual // 256 * group
}

// Gather writes the search for the nonzero bytes of rows.
func (w Writer) Gather() {
	var multiples Mem
	if !w.Opmasks {
		multiples = GLOBL("indices", attr.RODATA|attr.NOPTR)
		for i := range w.Lanes {
			DATA(4*i, U32(i<<8))
		}
	}

	w.Text("gather", "(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, "+
		"start []int32, step int) (end int)",
		"is Set.Gather for rows >= 1.")
	g := gatherer{ISA: w.ISA, group: 4 * w.Lanes, src: GP64(), dst: GP64(), left: GP64(),
		index: w.Vector(), jump: w.Vector()}
	at, row, rows := asm.Arg("at"), asm.Slice("src"), asm.Arg("rows")
	LEAQ(Mem{Base: asm.Slice("dst"), Index: at, Scale: 4}, g.dst)
	start := asm.Slice("start")
	times256 := func(x reg.GPVirtual) reg.VecVirtual {
		SHLL(U8(8), x)
		return w.All(x)
	}
	parameter := func(name string) reg.GPVirtual {
		x := GP32()
		Load(Param(name), x)
		return x
	}
	base, baseStep := times256(parameter("base")), times256(parameter("baseStep"))
	group := GP32()
	MOVL(U32(g.group), group)
	g.jump = times256(group)
	var emitRow func()
	if w.Opmasks {
		emitRow = newCompressor(g, w.numbers).emitRow
	} else {
		VPADDD(multiples, base, base)
		emitRow = newPermuter(g, w.permutations).emitRow
	}

	asm.Place("row")
	MOVL(at.As32(), Mem{Base: start})
	MOVQ(row, g.src)
	Load(Param("cols"), g.left)
	VMOVAPS(base, g.index)
	emitRow()
	MOVQ(g.dst, at)
	SUBQ(asm.InMemory(Param("dst").Base()), at)
	SHRQ(U8(2), at)
	MOVL(at.As32(), Mem{Base: start, Disp: 4})
	stride := asm.Bytes("step")
	ADDQ(stride, start)
	VPADDD(baseStep, base, base)
	ADDQ(asm.InMemory(Param("lds")), row)
	DECQ(rows)
	JNE(asm.Labelf("row"))
	Store(at, Return("end"))
	asm.End()
}

func (g gatherer) advance(bytes int) {
	ADDQ(U8(bytes), g.src)
	SUBQ(U8(bytes), g.left)
}

// compressor takes 64 bytes at a time. VPCOMPRESSB (of VBMI2) moves the nonzero bytes together, and likewise their
// positions among the 64. These become entries, 16 at a time. VPCOMPRESSB writes to registers, since its form that
// stores is slow on some CPUs.
type compressor struct {
	gatherer
	numbers reg.VecVirtual // 0 to 63
}

func newCompressor(g gatherer, numbers Mem) compressor {
	c := compressor{g, ZMM()}
	VMOVDQU8(numbers, c.numbers)
	return c
}

func (c compressor) emitRow() {
	asm.Place("group")
	CMPQ(c.left, U8(c.group))
	some, mask := K(), GP64()
	bytes, numbers := ZMM(), ZMM()
	JL(asm.Labelf("rest"))
	VMOVDQU8(Mem{Base: c.src}, bytes)
	VPTESTMB(bytes, bytes, some)
	JMP(asm.Labelf("close"))
	asm.Place("rest")
	TESTQ(c.left, c.left)
	JLE(asm.Labelf("rowDone"))
	MOVQ(I32(-1), mask)
	BZHIQ(c.left, mask, mask)
	KMOVQ(mask, some)
	VMOVDQU8_Z(Mem{Base: c.src}, some, bytes)
	VPTESTMB(bytes, bytes, some)

	asm.Place("close")
	KMOVQ(some, mask)
	TESTQ(mask, mask)
	JE(asm.Labelf("skip"))
	VPCOMPRESSB_Z(bytes, some, bytes)
	VPCOMPRESSB_Z(c.numbers, some, numbers)
	POPCNTQ(mask, mask)
	to := GP64()
	MOVQ(c.dst, to)
	LEAQ(Mem{Base: c.dst, Index: mask, Scale: 4}, c.dst)
	entries(numbers, bytes, c.index, to, mask, "skip")

	asm.Place("skip")
	VPADDD(c.jump, c.index, c.index)
	c.advance(c.group)
	JMP(asm.Labelf("group"))
	asm.Place("rowDone")
}

// entries writes the entries of count bytes, at most 64, to memory. numbers has the positions of the bytes; base is 256
// times the index of position 0, in all lanes. Entries are made 16 at a time. The first 32 are made in any case, since
// a branch on their count would be mispredicted; if there are no more, it jumps to few. It overwrites numbers and
// bytes.
func entries(numbers, bytes, base reg.VecVirtual, to, count reg.GPVirtual, few LabelRef) {
	for i := range 4 {
		if i == 2 {
			CMPQ(count, U8(32))
			JLE(few)
		}
		if i > 0 { // the next 16
			VALIGNQ(U8(2), numbers, numbers, numbers)
			VALIGNQ(U8(2), bytes, bytes, bytes)
		}
		entry, value := ZMM(), ZMM()
		VPMOVZXBD(numbers.AsX(), entry)
		VPSLLD(U8(8), entry, entry)
		VPADDD(base, entry, entry)
		VPMOVZXBD(bytes.AsX(), value)
		VPORD(value, entry, entry)
		VMOVDQU32(entry, Mem{Base: to, Disp: 64 * i})
	}
}

// permuter moves the nonzero lanes together by a permutation, which it looks up by their mask.
type permuter struct {
	gatherer
	table   reg.GPVirtual
	nothing reg.VecVirtual
	step    reg.VecVirtual // 256 * lanes
}

func newPermuter(g gatherer, permutations Mem) permuter {
	p := permuter{g, GP64(), YMM(), YMM()}
	LEAQ(permutations, p.table)
	VPXOR(p.nothing, p.nothing, p.nothing)
	VPSRLD(U8(asm.Log2(p.group/p.Lanes)), p.jump, p.step)
	return p
}

func (p permuter) emitRow() {
	asm.Place("group")
	CMPQ(p.left, U8(p.group))
	JL(asm.Labelf("vector"))
	p.anyInGroup()
	JE(asm.Labelf("skip"))
	for i := range p.group / p.Lanes {
		p.vector(i * p.Lanes)
	}
	p.advance(p.group)
	JMP(asm.Labelf("group"))
	asm.Place("skip")
	VPADDD(p.jump, p.index, p.index)
	p.advance(p.group)
	JMP(asm.Labelf("group"))

	asm.Place("vector")
	CMPQ(p.left, U8(p.Lanes))
	JL(asm.Labelf("rest"))
	p.vector(0)
	p.advance(p.Lanes)
	JMP(asm.Labelf("vector"))

	asm.Place("rest")
	TESTQ(p.left, p.left)
	JE(asm.Labelf("rowDone"))
	p.rest()
	asm.Place("rowDone")
}

// anyInGroup sets the flags to "equal" if all bytes of the next group are zero.
func (p permuter) anyInGroup() {
	bytes := YMM()
	VMOVDQU(Mem{Base: p.src}, bytes)
	VPTEST(bytes, bytes)
}

// vector appends the entries of the nonzero bytes among the p.Lanes at offset.
func (p permuter) vector(offset int) {
	entries := YMM()
	VPMOVZXBD(Mem{Base: p.src, Disp: offset}, entries)
	p.close(entries)
}

// rest appends the entries of the remaining bytes, at least 1 and fewer than p.Lanes. It reads the last 8 bytes of the
// row and shifts out those already done. A row of fewer than 8 is read byte by byte.
func (p permuter) rest() {
	eight := GP64()
	CMPQ(asm.InMemory(Param("cols")), U8(8))
	JL(asm.Labelf("short"))
	done := GP64()
	MOVQ(p.left, done)
	NEGQ(done)
	SHLQ(U8(3), done) // SHRX takes it modulo 64: 8*(8-left)
	MOVQ(Mem{Base: p.src, Index: p.left, Scale: 1, Disp: -8}, eight)
	SHRXQ(done, eight, eight)
	JMP(asm.Labelf("closeRest"))
	asm.Place("short")
	XORQ(eight, eight)
	asm.Place("byte")
	value := GP64()
	SHLQ(U8(8), eight)
	MOVBQZX(Mem{Base: p.src, Index: p.left, Scale: 1, Disp: -1}, value)
	ORQ(value, eight)
	DECQ(p.left)
	JNE(asm.Labelf("byte"))
	asm.Place("closeRest")
	entries := YMM()
	VMOVQ(eight, entries.AsX())
	VPMOVZXBD(entries.AsX(), entries)
	p.close(entries)
}

func (p permuter) close(entries reg.VecVirtual) {
	empty, order, mask := YMM(), YMM(), GP32()
	VPCMPEQD(p.nothing, entries, empty)
	VMOVMSKPS(empty, mask)
	XORL(U32(0xff), mask)
	VPOR(p.index, entries, entries)
	VPMOVZXBD(Mem{Base: p.table, Index: mask.As64(), Scale: 8}, order)
	VPERMD(entries, order, entries)
	VMOVDQU(entries, Mem{Base: p.dst})
	p.appended(mask)
}

// appended moves dst behind the entries of the lanes in mask, and index to the next vector.
func (p permuter) appended(mask reg.GPVirtual) {
	POPCNTL(mask, mask)
	LEAQ(Mem{Base: p.dst, Index: mask.As64(), Scale: 4}, p.dst)
	VPADDD(p.step, p.index, p.index)
}

// Prefetch writes a loop that prefetches each cache line of a slice.
func (w Writer) Prefetch() {
	const line = 64
	w.Text("prefetch", "(b []uint8)", "is Set.Prefetch.")
	p, end := asm.Slice("b"), asm.Length("b")
	ADDQ(p, end)
	JMP(asm.Labelf("check"))
	asm.Place("line")
	PREFETCHT0(Mem{Base: p})
	ADDQ(U8(line), p)
	asm.Place("check")
	CMPQ(p, end)
	JL(asm.Labelf("line"))
	RET()
}
