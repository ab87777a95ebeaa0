package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// warpBorder is the constant of that name in package kernel.
const warpBorder = 4

// warp first copies the image to pairs: each pixel, followed by the one below it, with zeros around. The four pixels
// around a point are then the four bytes of a word. One gather instruction fetches them for a whole vector of points.
//
// Three vectors of points are on their way at once: one is located, one gathered, one interpolated. Were it one after
// the other, the instructions that wait for a gather would fill the CPU's scheduler, and the next gather could not
// begin. The last vector ends at the last point, so it may overlap the one before. It is located and gathered up to
// three times, since nothing follows.
func (s isa) warp() {
	selectors := declareByteSelectors(s.Lanes)

	s.Text("warp", "(rows, cols int, src []uint8, pairs []uint16, x, y []float32, dst []uint8)",
		"is Set.Warp for rows >= 1, cols >= 16 and at least one vector of points.")
	cols, stride, pairs := asm.Arg("cols"), GP64(), asm.Slice("pairs")
	LEAQ(Mem{Base: cols, Disp: warpBorder}, stride)
	pairRows(cols, stride, pairs)

	w := warp{isa: s, selectors: selectors, x: asm.Slice("x"), y: asm.Slice("y"), minusOne: s.Vector()}
	w.rows, w.cols, w.stride = s.float(asm.Arg("rows")), s.float(cols), s.float(stride)
	minusOne := GP64()
	MOVQ(I32(-1), minusOne)
	w.minusOne = s.float(minusOne)
	w.roundBias = s.Vector()
	bias := GP32()
	MOVL(U32(0x4b400000), bias) // 1.5 * 2^23
	VMOVD(bias, w.roundBias.AsX())
	VPBROADCASTD(w.roundBias.AsX(), w.roundBias)
	w.origin = GP64()
	LEAQ(Mem{Base: pairs, Index: stride, Scale: 2, Disp: 2}, w.origin) // the image's pixel (0, 0)
	if s.Opmasks {
		w.allLanes = K()
		KXNORW(w.allLanes, w.allLanes, w.allLanes)
	}
	dst, last := asm.Slice("dst"), GP64()
	MOVQ(asm.InMemory(Param("x").Len()), last)
	SUBQ(U8(s.Lanes), last)
	// The indices of the vectors that are interpolated, gathered and located.
	first, second, third := GP64(), GP64(), GP64()
	locateNext := func() points {
		ADDQ(U8(s.Lanes), third)
		CMPQ(third, last)
		CMOVQGT(last, third)
		return w.locate(third)
	}
	XORQ(first, first)
	XORQ(third, third)
	p := w.locate(third)
	p.words = w.gatherWords(p.words)
	q := locateNext()
	MOVQ(third, second)

	asm.Place("points")
	r := locateNext()
	words := w.gatherWords(q.words)
	v := w.interpolate(p)
	if s.Opmasks {
		VPMOVDB(v, Mem{Base: dst, Index: first, Scale: 1})
	} else {
		high := YMM()
		VPSHUFB(selectors.Offset(4*4*s.Lanes), v, v)
		VEXTRACTI128(U8(1), v, high.AsX())
		VPUNPCKLDQ(high.AsX(), v.AsX(), v.AsX())
		VMOVQ(v.AsX(), Mem{Base: dst, Index: first, Scale: 1})
	}
	p.become(points{words, q.dx, q.dy})
	q.become(r)
	CMPQ(first, last)
	MOVQ(second, first)
	MOVQ(third, second)
	JNE(asm.Labelf("points"))
	asm.End()
}

// declareByteSelectors writes operands of VPSHUFB: four that keep byte 0, 1, 2 or 3 of each four-byte word as a number,
// and one that moves the low bytes of four words together.
func declareByteSelectors(lanes int) Mem {
	table := GLOBL("byteSelectors", attr.RODATA|attr.NOPTR)
	const none = 0x80
	for b := range 4 {
		for lane := range lanes {
			DATA(4*(b*lanes+lane), U32(none<<24|none<<16|none<<8|(4*(lane%4)+b)))
		}
	}
	for lane := range lanes {
		selector := U32(none<<24 | none<<16 | none<<8 | none)
		if lane%4 == 0 {
			selector = 12<<24 | 8<<16 | 4<<8
		}
		DATA(4*(4*lanes+lane), selector)
	}
	return table
}

// pairRows copies the image to pairs, in strips of 16 columns from top to bottom. It does not write the zeros at the
// sides.
func pairRows(cols, stride, pairs reg.GPVirtual) {
	const width = 16
	src, c := asm.Slice("src"), GP64()
	bytes := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 1}, bytes)
	XORQ(c, c)
	asm.Place("strip")
	from, to, left := GP64(), GP64(), asm.Arg("rows")
	LEAQ(Mem{Base: src, Index: c, Scale: 1}, from)
	LEAQ(Mem{Base: pairs, Index: c, Scale: 2, Disp: 2}, to)
	upper, lower, both := YMM(), YMM(), YMM()
	asm.Zero(upper)
	asm.Place("stripRow")
	VPMOVZXBW(Mem{Base: from}, lower)
	VPSLLW(U8(8), lower, both)
	VPOR(upper, both, both)
	VMOVDQU(both, Mem{Base: to})
	VMOVDQA(lower, upper)
	ADDQ(cols, from)
	ADDQ(bytes, to)
	DECQ(left)
	JNE(asm.Labelf("stripRow"))
	VMOVDQU(upper, Mem{Base: to})
	asm.Step(c, asm.InMemory(Param("cols")), width, "strip")
}

// float returns a vector with the number n in every lane.
func (s isa) float(n reg.GPVirtual) reg.VecVirtual {
	v := s.Vector()
	VMOVD(n.As32(), v.AsX())
	VPBROADCASTD(v.AsX(), v)
	VCVTDQ2PS(v, v)
	return v
}

// warp has the registers of Warp.
type warp struct {
	isa
	selectors           Mem
	x, y                reg.GPVirtual
	origin              reg.GPVirtual // where the pixel (0, 0) lies in pairs
	rows, cols, stride  reg.VecVirtual
	minusOne, roundBias reg.VecVirtual
	allLanes            reg.OpmaskVirtual // AVX-512 only
}

// points is a vector of points.
type points struct {
	words  reg.VecVirtual // the four pixels around each; before they are gathered, where they lie in pairs
	dx, dy reg.VecVirtual // the distance from the first of them
}

func (p points) become(other points) {
	VMOVAPS(other.words, p.words)
	VMOVAPS(other.dx, p.dx)
	VMOVAPS(other.dy, p.dy)
}

// locate returns the points from the i-th on, before their pixels are gathered.
func (w warp) locate(i reg.GPVirtual) points {
	left, dx := w.coordinate(asm.Element(w.x, i), w.cols)
	top, dy := w.coordinate(asm.Element(w.y, i), w.rows)
	at := left
	VFMADD231PS(w.stride, top, at) // exact: both are integers
	VCVTTPS2DQ(at, at)
	return points{at, dx, dy}
}

// interpolate returns the values at the points, in the low bytes of their lanes.
func (w warp) interpolate(p points) reg.VecVirtual {
	corner := func(i int) reg.VecVirtual {
		v := w.Vector()
		VPSHUFB(w.selectors.Offset(4*w.Lanes*i), p.words, v)
		VCVTDQ2PS(v, v)
		return v
	}
	upper := mix(corner(0), corner(2), p.dx)
	lower := mix(corner(1), corner(3), p.dx)
	v := mix(upper, lower, p.dy)
	VADDPS(w.roundBias, v, v)
	return v
}

// coordinate clamps the coordinates at from to [-1, most]. It returns them rounded down, and the fractions.
func (w warp) coordinate(from Mem, most reg.VecVirtual) (whole, fraction reg.VecVirtual) {
	const down = 1
	whole, fraction = w.Vector(), w.Vector()
	VMOVUPS(from, fraction)
	VMAXPS(w.minusOne, fraction, fraction) // x > -1 ? x : -1, so that NaN becomes -1
	VMINPS(most, fraction, fraction)
	if w.Opmasks {
		VRNDSCALEPS(U8(down), fraction, whole)
	} else {
		VROUNDPS(U8(down), fraction, whole)
	}
	VSUBPS(whole, fraction, fraction)
	return whole, fraction
}

// gatherWords returns, for each lane of at, the word of the two pairs that begin there. A gather clears its mask at its
// end. KXNORW would set the mask anew, but wait for that, so that gathers could not overlap.
func (w warp) gatherWords(at reg.VecVirtual) reg.VecVirtual {
	words, from := w.Vector(), Mem{Base: w.origin, Index: at, Scale: 2}
	VPXOR(words.AsX(), words.AsX(), words.AsX())
	if w.Opmasks {
		all := K()
		KMOVW(w.allLanes, all)
		VPGATHERDD(from, all, words)
		return words
	}
	all := YMM()
	VPCMPEQD(all, all, all)
	VPGATHERDD(all, from, words)
	return words
}

// mix returns a + share (b - a), with one rounding of the product and the sum. It overwrites b.
func mix(a, b, share reg.VecVirtual) reg.VecVirtual {
	VSUBPS(a, b, b)
	VFMADD213PS(a, share, b)
	return b
}
