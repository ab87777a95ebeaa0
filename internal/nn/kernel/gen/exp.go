package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"dnn/internal/nn/kernel/gen/asm"
)

// expConstants are the constants of exact.Exp, under their names there. c6 to c2 are its coefficients.
var expConstants = []struct {
	name  string
	value float64
}{
	{"expMax", 88.3762626647949},
	{"expMin", -87.3365447505531},
	{"infinity", math.Inf(1)},
	{"log2e", 1.44269504088896341},
	{"roundBias", 12582912},
	{"ln2High", 0.693359375},
	{"ln2Low", -2.121944400546905827679e-4},
	{"one", 1},
	{"c6", 0.00138144543864},
	{"c5", 0.00836878159999},
	{"c4", 0.0416683944756},
	{"c3", 0.16666520095},
	{"c2", 0.499999934112},
}

// expTable has the address of each constant.
type expTable map[string]Mem

// declareExpTable writes the table of constants.
func declareExpTable() expTable {
	table := GLOBL("expConstants", attr.RODATA|attr.NOPTR)
	where := expTable{}
	for i, c := range expConstants {
		DATA(4*i, U32(math.Float32bits(float32(c.value))))
		where[c.name] = table.Offset(4 * i)
	}
	return where
}

// expOf writes the exponential function. constant returns a constant in all lanes of a vector.
type expOf struct {
	isa
	constant func(name string) reg.VecVirtual
}

// load loads the constants for a function. AVX-512 has enough registers to keep all of them. AVX2 broadcasts each where
// it is needed, which costs only a load.
func (t expTable) load(s isa) expOf {
	if !s.Opmasks {
		return expOf{s, func(name string) reg.VecVirtual { return s.Broadcast(t[name]) }}
	}
	kept := map[string]reg.VecVirtual{}
	for _, c := range expConstants {
		kept[c.name] = s.Broadcast(t[c.name])
	}
	return expOf{s, func(name string) reg.VecVirtual { return kept[name] }}
}

// emit writes e^x and returns it.
func (e expOf) emit(x reg.VecVirtual) reg.VecVirtual {
	t, n, r, p := e.Vector(), e.Vector(), e.Vector(), e.Vector()
	VMOVAPS(e.constant("roundBias"), t)
	VFMADD231PS(e.constant("log2e"), x, t)
	VSUBPS(e.constant("roundBias"), t, n)
	VMOVAPS(x, r)
	VFNMADD231PS(e.constant("ln2High"), n, r)
	VFNMADD231PS(e.constant("ln2Low"), n, r)
	VMOVAPS(e.constant("c6"), p)
	for _, c := range []string{"c5", "c4", "c3", "c2"} {
		VFMADD213PS(e.constant(c), r, p) // p = p*r + c
	}
	square := e.Vector()
	VMULPS(r, r, square)
	VFMADD213PS(r, square, p)
	VADDPS(e.constant("one"), p, p)
	VPSLLD(U8(23), t, t)
	VPADDD(t, p, p)
	e.choose(e.constant("expMax"), x, greater, e.constant("infinity"), p)
	e.choose(e.constant("expMin"), x, less, nil, p)
	e.choose(x, x, unordered, x, p)
	return p
}

// softmax passes over the rows three times for each vector of columns: for the largest elements, for the exponentials
// and their sums, and for the quotients.
func (s isa) softmax(table expTable) {
	s.Text("softmax", "(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32)",
		"is Set.Softmax for rows >= 1.")
	z, ldz, rows := asm.Slice("z"), asm.Bytes("ldz"), asm.Arg("rows")
	largest, sums, best := asm.Slice("largest"), asm.Slice("sums"), asm.Slice("best")
	e := table.load(s)
	s.Sweep("vector", s.Span(asm.Arg("cols")), func(j reg.GPVirtual, part asm.Part) {
		name := LabelRef(part.Name)
		at, left := GP64(), GP64()
		eachRow := func(pass LabelRef, body func(v reg.VecVirtual)) {
			LEAQ(asm.Element(z, j), at)
			MOVQ(rows, left)
			asm.Place(name + pass)
			v := s.Vector()
			s.Load(Mem{Base: at}, v, part.Lanes, part.Mask)
			body(v)
			ADDQ(ldz, at)
			DECQ(left)
			JNE(name + pass)
		}

		most, first := s.Vector(), s.Vector()
		s.ones(most) // NaN
		asm.Zero(first)
		number, one := s.Vector(), s.Vector()
		asm.Zero(number)
		s.ones(one)
		VPSRLD(U8(31), one, one)
		eachRow("Largest", func(v reg.VecVirtual) {
			const notLessOrEqual, ordered = 0x16, 0x07 // notLessOrEqual is true if unordered
			if s.Opmasks {
				k := K()
				VCMPPS(U8(ordered), v, v, k)
				VCMPPS(U8(notLessOrEqual), most, v, k, k)
				VMOVAPS(v, k, most)
				VMOVDQA32(number, k, first)
			} else {
				above, isNumber := s.Vector(), s.Vector()
				VCMPPS(U8(ordered), v, v, isNumber)
				VCMPPS(U8(notLessOrEqual), most, v, above)
				VANDPS(isNumber, above, above)
				VBLENDVPS(above, v, most, most)
				VBLENDVPS(above, number, first, first)
			}
			VPADDD(one, number, number)
		})
		s.Store(most, asm.Element(largest, j), part.Lanes, part.Mask)
		s.Store(first, asm.Element(best, j), part.Lanes, part.Mask)

		sum := s.Vector()
		asm.Zero(sum)
		eachRow("Exp", func(v reg.VecVirtual) {
			VSUBPS(most, v, v)
			p := e.emit(v)
			s.Store(p, Mem{Base: at}, part.Lanes, part.Mask)
			VADDPS(p, sum, sum)
		})
		s.Store(sum, asm.Element(sums, j), part.Lanes, part.Mask)

		eachRow("Divide", func(v reg.VecVirtual) {
			VDIVPS(sum, v, v)
			s.Store(v, Mem{Base: at}, part.Lanes, part.Mask)
		})
	})
	asm.End()
}

// ones sets all bits of v.
func (s isa) ones(v reg.VecVirtual) {
	if s.Opmasks {
		VPTERNLOGD(U8(0xff), v, v, v)
	} else {
		VPCMPEQD(v, v, v)
	}
}

// choose replaces the lanes of v in which the comparison of x with bound is true by those of value, or by 0 if value is
// nil.
func (s isa) choose(bound, x reg.VecVirtual, predicate uint8, value, v reg.VecVirtual) {
	if s.Opmasks {
		k := K()
		VCMPPS(U8(predicate), bound, x, k)
		if value == nil {
			VXORPS(v, v, k, v)
			return
		}
		VMOVAPS(value, k, v)
		return
	}
	m := s.Vector()
	VCMPPS(U8(predicate), bound, x, m)
	if value == nil {
		VANDNPS(v, m, v)
		return
	}
	VBLENDVPS(m, value, v, v)
}
