package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gatherer is what the search for nonzero bytes has in registers: a vector of entries is made of as many bytes, those of zero
// bytes are closed up, and the whole vector is stored; the next one begins behind the entries that count. A group of bytes
// that are all zero, as at the margins of an image, is passed over.
type gatherer struct {
	isa
	group int // bytes that are passed over at once

	src, dst, left reg.GPVirtual  // left: bytes of the row to come
	index          reg.VecVirtual // 256 times the indices of the bytes to come
	base           reg.VecVirtual // what index is at the beginning of the row
	step, jump     reg.VecVirtual // 256 times the lanes of a vector, and the bytes of a group
}

// gatherKernel is how an instruction set does it.
type gatherKernel interface {
	// anyInGroup sets the flags to equal unless a byte of the next group is not zero.
	anyInGroup()

	// vector appends the entries of the s.lanes bytes at offset.
	vector(offset int)

	// rest appends the entries of the bytes that are left, fewer than s.lanes but some.
	rest()
}

func (s isa) gather() {
	multiples := GLOBL("indices", attr.RODATA|attr.NOPTR)
	for i := range s.lanes {
		DATA(4*i, U32(i<<8))
	}
	var permutations Mem
	if !s.opmasks {
		permutations = declarePermutations()
	}

	s.text("gather", "(rows, cols int, src []uint8, lds int, dst []uint32, at int, base, baseStep uint32, start []int32, step int) (end int)",
		"is Set.GatherRows for rows >= 1, and Set.Gather for a start of nil.")
	g := gatherer{isa: s, group: 4 * s.lanes, src: GP64(), dst: GP64(), left: GP64()}
	at, row, rows := arg("at"), slice("src"), arg("rows")
	LEAQ(Mem{Base: slice("dst"), Index: at, Scale: 4}, g.dst)
	start := slice("start")
	times256 := func(name string) reg.VecVirtual {
		x, v := GP32(), s.vector()
		Load(Param(name), x)
		SHLL(U8(8), x)
		VMOVD(x, v.AsX())
		VPBROADCASTD(v.AsX(), v)
		return v
	}
	g.base, g.step, g.jump, g.index = times256("base"), s.vector(), s.vector(), s.vector()
	baseStep := times256("baseStep")
	VPADDD(multiples, g.base, g.base)
	VPBROADCASTD(multiples.Offset(4), g.step)
	VPSLLD(U8(log2(g.group)), g.step, g.jump)
	VPSLLD(U8(log2(s.lanes)), g.step, g.step)
	var k gatherKernel
	if s.opmasks {
		k = compressor{g}
	} else {
		k = newPermuter(g, permutations)
	}

	place("row")
	TESTQ(start, start)
	JE(label("search"))
	MOVL(at.As32(), Mem{Base: start})
	place("search")
	MOVQ(row, g.src)
	Load(Param("cols"), g.left)
	VMOVAPS(g.base, g.index)
	g.emitRow(k)
	MOVQ(g.dst, at)
	SUBQ(inMemory(Param("dst").Base()), at)
	SHRQ(U8(2), at)
	TESTQ(start, start)
	JE(label("next"))
	MOVL(at.As32(), Mem{Base: start, Disp: 4})
	stride := bytes("step")
	ADDQ(stride, start)
	place("next")
	VPADDD(baseStep, g.base, g.base)
	ADDQ(inMemory(Param("lds")), row)
	DECQ(rows)
	JNE(label("row"))
	Store(at, Return("end"))
	end()
}

// emitRow writes the search in one row.
func (g gatherer) emitRow(k gatherKernel) {
	place("group")
	CMPQ(g.left, U8(g.group))
	JL(label("vector"))
	k.anyInGroup()
	JE(label("skip"))
	for i := range g.group / g.lanes {
		k.vector(i * g.lanes)
	}
	g.advance(g.group)
	JMP(label("group"))
	place("skip")
	VPADDD(g.jump, g.index, g.index)
	g.advance(g.group)
	JMP(label("group"))

	place("vector")
	CMPQ(g.left, U8(g.lanes))
	JL(label("rest"))
	k.vector(0)
	g.advance(g.lanes)
	JMP(label("vector"))

	place("rest")
	TESTQ(g.left, g.left)
	JE(label("rowDone"))
	k.rest()
	place("rowDone")
}

func (g gatherer) advance(bytes int) {
	ADDQ(U8(bytes), g.src)
	SUBQ(U8(bytes), g.left)
}

// appended moves dst behind the entries of the lanes that are set in mask, and index on by a vector.
func (g gatherer) appended(mask reg.GPVirtual) {
	POPCNTL(mask, mask)
	LEAQ(Mem{Base: g.dst, Index: mask.As64(), Scale: 4}, g.dst)
	VPADDD(g.step, g.index, g.index)
}

// compressor closes up by VPCOMPRESSD, into a register, since its store to memory is slow on some CPUs.
type compressor struct{ gatherer }

func (c compressor) anyInGroup() {
	bytes, some := ZMM(), K()
	VMOVDQU8(Mem{Base: c.src}, bytes)
	VPTESTMB(bytes, bytes, some)
	KORTESTQ(some, some)
}

func (c compressor) vector(offset int) {
	entries := ZMM()
	VPMOVZXBD(Mem{Base: c.src, Disp: offset}, entries)
	c.close(entries)
}

func (c compressor) rest() {
	entries := ZMM()
	VPMOVZXBD_Z(Mem{Base: c.src}, c.firstLanes(c.left), entries)
	c.close(entries)
}

// close appends the entries of the bytes, of which there is one in each lane.
func (c compressor) close(entries reg.VecVirtual) {
	nonzero, mask := K(), GP32()
	VPTESTMD(entries, entries, nonzero)
	VPORD(c.index, entries, entries)
	VPCOMPRESSD_Z(entries, nonzero, entries)
	VMOVDQU32(entries, Mem{Base: c.dst})
	KMOVW(nonzero, mask)
	c.appended(mask)
}

// permuter closes up by a permutation, which it looks up by the mask of the nonzero lanes.
type permuter struct {
	gatherer
	table   reg.GPVirtual
	nothing reg.VecVirtual
}

// declarePermutations writes, for each mask of 8 lanes, the numbers of the lanes in it, a byte each.
func declarePermutations() Mem {
	table := GLOBL("permutations", attr.RODATA|attr.NOPTR)
	for mask := range 256 {
		var lanes uint64
		n := 0
		for i := range 8 {
			if mask>>i&1 == 1 {
				lanes |= uint64(i) << (8 * n)
				n++
			}
		}
		DATA(8*mask, U64(lanes))
	}
	return table
}

func newPermuter(g gatherer, permutations Mem) permuter {
	p := permuter{g, GP64(), YMM()}
	LEAQ(permutations, p.table)
	VPXOR(p.nothing, p.nothing, p.nothing)
	return p
}

func (p permuter) anyInGroup() {
	bytes := YMM()
	VMOVDQU(Mem{Base: p.src}, bytes)
	VPTEST(bytes, bytes)
}

func (p permuter) vector(offset int) {
	entries := YMM()
	VPMOVZXBD(Mem{Base: p.src, Disp: offset}, entries)
	p.close(entries)
}

// rest reads the last 8 bytes of the row and shifts out those already done; a row that has fewer, byte by byte.
func (p permuter) rest() {
	eight := GP64()
	CMPQ(inMemory(Param("cols")), U8(8))
	JL(label("short"))
	done := GP64()
	MOVQ(p.left, done)
	NEGQ(done)
	SHLQ(U8(3), done) // SHRX takes it modulo 64: 8*(8-left)
	MOVQ(Mem{Base: p.src, Index: p.left, Scale: 1, Disp: -8}, eight)
	SHRXQ(done, eight, eight)
	JMP(label("closeRest"))
	place("short")
	XORQ(eight, eight)
	place("byte")
	value := GP64()
	SHLQ(U8(8), eight)
	MOVBQZX(Mem{Base: p.src, Index: p.left, Scale: 1, Disp: -1}, value)
	ORQ(value, eight)
	DECQ(p.left)
	JNE(label("byte"))
	place("closeRest")
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

// prefetch asks for each cache line of some memory.
func prefetch() {
	const line = 64
	avx2.text("prefetch", "(b []uint8)", "is Set.Prefetch.")
	p, end := slice("b"), length("b")
	ADDQ(p, end)
	JMP(label("check"))
	place("line")
	PREFETCHT0(Mem{Base: p})
	ADDQ(U8(line), p)
	place("check")
	CMPQ(p, end)
	JL(label("line"))
	RET()
}
