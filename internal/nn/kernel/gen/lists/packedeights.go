package lists

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// Packed samples with AVX2, which has no VPCOMPRESSB: eight features at a time.

// eights calls body for each eight features of a block with so many, and once for those that are left over, if there are
// any: then some is how many, 1 to 7; else it is nil. word is where their byte of the block's words is, and at where they
// are; both move on. For each 32 features it calls group instead, which may jump to next. It overwrites features.
func eights(word, at, features reg.GPVirtual, group func(next LabelRef), body func(some reg.GPVirtual)) {
	again, next, few := asm.Labelf("group"), asm.Labelf("nextGroup"), asm.Labelf("few")
	eight, rest, done := asm.Labelf("eight"), asm.Labelf("rest"), asm.Labelf("eightsDone")
	SUBQ(U8(32), features)
	JL(few)
	asm.Place(again)
	group(next)
	asm.Place(next)
	ADDQ(U8(4), word)
	ADDQ(U8(32), at)
	SUBQ(U8(32), features)
	JGE(again)
	asm.Place(few)
	ADDQ(U8(32-8), features)
	JL(rest)
	asm.Place(eight)
	body(nil)
	INCQ(word)
	ADDQ(U8(8), at)
	SUBQ(U8(8), features)
	JGE(eight)
	asm.Place(rest)
	ADDQ(U8(8), features)
	JLE(done)
	body(features)
	ADDQ(features, at)
	asm.Place(done)
}

// packer has the registers in which AVX2 packs a block of a sample.
type packer struct {
	words, bytes reg.GPVirtual // where the block's words and the next packed byte go to
	at           reg.GPVirtual // where its features are; overwritten
	features     reg.GPVirtual // how many; overwritten
	permutations reg.GPVirtual // see declarePermutations
}

// byEights compares 32 bytes at a time, and moves the nonzero ones of each eight together by VPSHUFB.
func (p packer) byEights() {
	word, nothing := GP64(), YMM()
	MOVQ(p.words, word)
	asm.Zero(nothing)
	put := func(eight reg.VecVirtual, mask reg.GPVirtual) { // the bytes of eight that mask selects
		order := XMM()
		VMOVQ(Mem{Base: p.permutations, Index: mask, Scale: 8}, order)
		VPSHUFB(order, eight, eight)
		VMOVQ(eight, Mem{Base: p.bytes})
		POPCNTL(mask.As32(), mask.As32())
		ADDQ(mask, p.bytes)
	}
	eights(word, p.at, p.features, func(next LabelRef) {
		all, some := YMM(), GP32()
		VPCMPEQB(Mem{Base: p.at}, nothing, all)
		VPMOVMSKB(all, some)
		XORL(I8(-1), some)
		MOVL(some, Mem{Base: word})
		JE(next)
		for i := range 4 {
			eight, mask := XMM(), GP64()
			MOVBLZX(some.As8(), mask.As32())
			SHRL(U8(8), some)
			VMOVQ(Mem{Base: p.at, Disp: 8 * i}, eight)
			put(eight, mask)
		}
	}, func(some reg.GPVirtual) {
		eight, empty, mask := XMM(), XMM(), GP64()
		if some == nil {
			VMOVQ(Mem{Base: p.at}, eight)
		} else { // nothing may be read behind the sample
			bytes, last, left := GP64(), GP64(), GP64()
			XORQ(bytes, bytes)
			MOVQ(some, left)
			asm.Place("byte")
			SHLQ(U8(8), bytes)
			MOVBQZX(Mem{Base: p.at, Index: left, Scale: 1, Disp: -1}, last)
			ORQ(last, bytes)
			DECQ(left)
			JNE(asm.Labelf("byte"))
			VMOVQ(bytes, eight)
		}
		VPCMPEQB(eight, nothing.AsX(), empty)
		VPMOVMSKB(empty, mask.As32())
		XORL(I8(-1), mask.As32())
		MOVBLZX(mask.As8(), mask.As32())
		MOVB(mask.As8(), Mem{Base: word})
		put(eight, mask)
	})
}

// byEights spreads packed bytes to their places among eight features by VPSHUFB. The entries of eight features, of which
// only those of nonzero bytes count, are made at once. Of 32 features that are all zero, as at the margins of an image,
// none are made.
func (u unpacker) byEights() {
	step, nothing := GP64(), YMM()
	MOVL(U32(8<<8), step.As32())
	index, eight := u.All(u.base), u.All(step)
	asm.Zero(nothing)
	word := GP64()
	MOVQ(u.words, word)

	take := func(i int, some reg.GPVirtual) { // the i-th byte of the words from here on, and its features
		mask, packed, places, spread := GP64(), XMM(), XMM(), XMM()
		MOVBQZX(Mem{Base: word, Disp: i}, mask)
		VMOVQ(Mem{Base: u.bytes}, packed)
		VMOVQ(Mem{Base: u.permutations, Index: mask, Scale: 8, Disp: toSpreads}, spread)
		VPSHUFB(spread, packed, spread)
		if some == nil {
			VMOVQ(spread, Mem{Base: u.row, Disp: 8 * i})
		} else {
			storeSome(spread, u.row, some)
		}
		entry := YMM()
		VMOVQ(Mem{Base: u.permutations, Index: mask, Scale: 8}, places)
		VPUNPCKLBW(places, packed, places) // a position above each byte
		VPMOVZXWD(places, entry)
		VPADDD(index, entry, entry)
		VMOVDQU(entry, Mem{Base: u.to})
		VPADDD(eight, index, index)
		POPCNTL(mask.As32(), mask.As32())
		ADDQ(mask, u.bytes)
		LEAQ(Mem{Base: u.to, Index: mask, Scale: 4}, u.to)
	}
	eights(word, u.row, u.features, func(next LabelRef) {
		some := asm.Labelf("some")
		CMPL(Mem{Base: word}, U8(0))
		JNE(some)
		VMOVDQU(nothing, Mem{Base: u.row})
		for range 4 {
			VPADDD(eight, index, index)
		}
		JMP(next)
		asm.Place(some)
		for i := range 4 {
			take(i, nil)
		}
	}, func(some reg.GPVirtual) { take(0, some) })
}

// storeSome writes the first n bytes of v, 1 to 7: four of them, two and one.
func storeSome(v reg.VecVirtual, to, n reg.GPVirtual) {
	at, part := GP64(), GP64()
	MOVQ(to, at)
	VMOVQ(v, part)
	for _, bytes := range []int{4, 2, 1} {
		less := asm.Labelf("lessThan%d", bytes)
		TESTB(U8(bytes), n.As8())
		JE(less)
		switch bytes {
		case 4:
			MOVL(part.As32(), Mem{Base: at})
		case 2:
			MOVW(part.As16(), Mem{Base: at})
		case 1:
			MOVB(part.As8(), Mem{Base: at})
		}
		if bytes > 1 {
			SHRQ(U8(8*bytes), part)
			ADDQ(U8(bytes), at)
		}
		asm.Place(less)
	}
}
