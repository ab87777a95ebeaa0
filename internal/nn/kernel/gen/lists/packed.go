package lists

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// packedWords is the size of a block's two words in bytes, as in packed.go of package kernel.
const packedWords = 16

// halves calls body for each half of a block with so many features: 64 bytes, of which inside selects those that belong
// to the block. Empty halves are left out. It overwrites features.
func halves(name LabelRef, features reg.GPVirtual, body func(half int, inside reg.Register)) {
	done := name + "Done"
	for half := range 2 {
		TESTQ(features, features)
		JLE(done)
		bits, inside := GP64(), K()
		MOVQ(I32(-1), bits)
		BZHIQ(features, bits, bits) // all of them from 64 features on
		KMOVQ(bits, inside)
		body(half, inside)
		if half == 0 {
			SUBQ(U8(64), features)
		}
	}
	asm.Place(done)
}

// Pack writes the words and bytes of a sample. AVX-512 compares 64 bytes at a time, and moves the nonzero ones together
// by VPCOMPRESSB (of VBMI2).
func (w Writer) Pack() {
	w.Text("pack", "(edges []int32, src []uint8, dst []uint8) int", "is Set.Pack.")
	edges, src, begin := asm.Slice("edges"), asm.Slice("src"), asm.Slice("dst")
	blocks, words, bytes := asm.Length("edges"), GP64(), GP64()
	var permutations reg.GPVirtual
	if !w.Opmasks {
		permutations = GP64()
		LEAQ(w.permutations, permutations)
	}
	DECQ(blocks)
	MOVQ(begin, words)
	MOVQ(blocks, bytes)
	SHLQ(U8(asm.Log2(packedWords)), bytes)
	ADDQ(begin, bytes)
	JMP(asm.Labelf("check"))

	asm.Place("block")
	at, features := GP64(), GP64()
	MOVLQSX(Mem{Base: edges}, at)
	MOVLQSX(Mem{Base: edges, Disp: 4}, features)
	SUBQ(at, features)
	ADDQ(src, at)
	nothing := GP64()
	XORQ(nothing, nothing)
	MOVQ(nothing, Mem{Base: words})
	MOVQ(nothing, Mem{Base: words, Disp: 8})
	if w.Opmasks {
		halves("half", features, func(half int, inside reg.Register) {
			v, some, count := ZMM(), K(), GP64()
			VMOVDQU8_Z(Mem{Base: at, Disp: 64 * half}, inside, v)
			VPTESTMB(v, v, some)
			VPCOMPRESSB_Z(v, some, v)
			VMOVDQU8(v, Mem{Base: bytes})
			KMOVQ(some, count)
			MOVQ(count, Mem{Base: words, Disp: 8 * half})
			POPCNTQ(count, count)
			ADDQ(count, bytes)
		})
	} else {
		packer{words, bytes, at, features, permutations}.byEights()
	}
	ADDQ(U8(4), edges)
	ADDQ(U8(packedWords), words)
	DECQ(blocks)
	asm.Place("check")
	TESTQ(blocks, blocks)
	JG(asm.Labelf("block"))
	SUBQ(begin, bytes)
	Store(bytes, ReturnIndex(0))
	asm.End()
}

// unpacker has the registers in which a block of a sample is unpacked.
type unpacker struct {
	asm.ISA
	words, bytes reg.GPVirtual // where the block's words and the next packed byte are
	to, row      reg.GPVirtual // where entries and bytes go to
	features     reg.GPVirtual // of the block; overwritten
	base         reg.GPVirtual // 256 times its first feature, in the lower half; overwritten

	all          reg.VecVirtual // 0 to 63, a byte each; AVX-512 only
	permutations reg.GPVirtual  // see declarePermutations; AVX2 only
}

// byHalves spreads packed bytes to their places among 64 features by VPEXPANDB. VPCOMPRESSB moves their positions
// together, which are then in the order of the bytes, as entries takes them.
func (u unpacker) byHalves() {
	index, width := ZMM(), GP64()
	MOVQ(u.features, width)
	VPBROADCASTD(u.base.As32(), index)
	halves("half", u.features, func(half int, inside reg.Register) {
		if half == 1 {
			ADDL(U32(64<<8), u.base.As32())
			VPBROADCASTD(u.base.As32(), index)
		}
		some, packed, spread, places := K(), ZMM(), ZMM(), ZMM()
		word, next := GP64(), GP64()
		MOVQ(Mem{Base: u.words, Disp: 8 * half}, word)
		KMOVQ(word, some)
		VMOVDQU8(Mem{Base: u.bytes}, packed)
		VPEXPANDB_Z(packed, some, spread)
		VMOVDQU8(spread, inside, Mem{Base: u.row, Disp: 64 * half})
		VPCOMPRESSB_Z(u.all, some, places)
		POPCNTQ(word, word)
		ADDQ(word, u.bytes)
		LEAQ(Mem{Base: u.to, Index: word, Scale: 4}, next)
		entries(places, packed, index, u.to, word, asm.Labelf("made%d", half))
		asm.Place(asm.Labelf("made%d", half))
		MOVQ(next, u.to)
	})
	ADDQ(width, u.row)
}

// Unpack writes the loop that finds one sample after the other and unpacks its blocks.
func (w Writer) Unpack() {
	w.Text("unpack", "(order []int32, at []uint32, data []uint8, edges []int32, first, blocks int, "+
		"dst []uint32, end int, start []int32, dense []uint8, ldd int) int",
		"is Set.Unpack for at least one sample.")
	order, start, dense := asm.Slice("order"), asm.Slice("start"), asm.Slice("dense")
	to := GP64()
	Load(Param("end"), to)
	LEAQ(Mem{Base: asm.Slice("dst"), Index: to, Scale: 4}, to)
	u := unpacker{ISA: w.ISA, words: GP64(), bytes: GP64(), to: to, row: GP64()}
	if w.Opmasks {
		u.all = ZMM()
		VMOVDQU8(w.numbers, u.all)
	} else {
		u.permutations = GP64()
		LEAQ(w.permutations, u.permutations)
	}

	words, bytes := u.words, u.bytes
	find := func(i int) { // the i-th of the remaining samples
		at := asm.Slice("at")
		MOVLQSX(Mem{Base: order, Disp: 4 * i}, words)
		MOVL(Mem{Base: at, Index: words, Scale: 4}, words.As32())
		ADDQ(asm.InMemory(Param("data").Base()), words)
	}
	// Unpacking a sample takes less time than a cache miss, and each sample lies somewhere else. So the first samples
	// are prefetched, and then, with each sample, one that follows later. The number of lines covers most samples with
	// their slack. With fewer, nearly every sample would wait for its last line.
	const ahead, lines = 8, 7
	ask := func(i int, otherwise LabelRef) {
		CMPQ(asm.InMemory(Param("order").Len()), U8(i))
		JLE(otherwise)
		find(i)
		for line := range lines {
			PREFETCHT0(Mem{Base: words, Disp: 64 * line})
		}
	}
	for i := range ahead {
		ask(i, "sample")
	}

	asm.Place("sample")
	ask(ahead, "found")
	asm.Place("found")
	find(0)
	Load(Param("edges").Len(), bytes)
	DECQ(bytes)
	SHLQ(U8(asm.Log2(packedWords)), bytes)
	ADDQ(words, bytes)
	skip, count := GP64(), GP64()
	Load(Param("first"), skip)
	JMP(asm.Labelf("checkSkip"))
	asm.Place("skip")
	for half := range 2 {
		POPCNTQ(Mem{Base: words, Disp: 8 * half}, count)
		ADDQ(count, bytes)
	}
	ADDQ(U8(packedWords), words)
	DECQ(skip)
	asm.Place("checkSkip")
	TESTQ(skip, skip)
	JG(asm.Labelf("skip"))

	edge, left := GP64(), GP64()
	Load(Param("first"), edge)
	SHLQ(U8(2), edge)
	ADDQ(asm.InMemory(Param("edges").Base()), edge)
	Load(Param("blocks"), left)
	MOVQ(dense, u.row)
	JMP(asm.Labelf("checkBlock"))
	asm.Place("block")
	storeStart := func() {
		index := GP64()
		MOVQ(to, index)
		SUBQ(asm.InMemory(Param("dst").Base()), index)
		SHRQ(U8(2), index)
		MOVL(index.As32(), Mem{Base: start})
		ADDQ(U8(4), start)
	}
	storeStart()
	u.features, u.base = GP64(), GP64()
	MOVLQSX(Mem{Base: edge, Disp: 4}, u.features)
	MOVL(Mem{Base: edge}, u.base.As32())
	SUBL(u.base.As32(), u.features.As32())
	SHLL(U8(8), u.base.As32())
	if w.Opmasks {
		u.byHalves()
	} else {
		u.byEights()
	}
	ADDQ(U8(packedWords), words)
	ADDQ(U8(4), edge)
	DECQ(left)
	asm.Place("checkBlock")
	TESTQ(left, left)
	JG(asm.Labelf("block"))
	storeStart()
	ADDQ(asm.InMemory(Param("ldd")), dense)
	ADDQ(U8(4), order)
	DECQ(asm.InMemory(Param("order").Len()))
	JNE(asm.Labelf("sample"))
	SUBQ(asm.InMemory(Param("dst").Base()), to)
	SHRQ(U8(2), to)
	Store(to, ReturnIndex(0))
	asm.End()
}
