package asm

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Text begins the function whose name is name with the instruction set's suffix.
func (s ISA) Text(name, signature string, doc ...string) {
	TEXT(name+s.Suffix, attr.NOSPLIT, "func"+signature)
	Pragma("noescape")
	Doc(append([]string{name + s.Suffix + " " + doc[0]}, doc[1:]...)...)
}

// End returns from the function. It clears the upper halves of the vector registers; otherwise SSE code that follows
// would be slow.
func End() {
	VZEROUPPER()
	RET()
}

// Arg loads the parameter called name.
func Arg(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// Slice loads the address of the slice called name.
func Slice(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name).Base(), r)
	return r
}

// Length loads the length of the slice called name.
func Length(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name).Len(), r)
	return r
}

// Bytes loads the parameter called name, a number of float32, and multiplies it by their size.
func Bytes(name string) reg.GPVirtual {
	r := Arg(name)
	SHLQ(U8(2), r)
	return r
}

// InMemory returns the address of a parameter, or of a part of one.
func InMemory(c gotypes.Component) Mem {
	p, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// Element returns the address of the j-th float32 behind p.
func Element(p, j reg.Register) Mem { return Mem{Base: p, Index: j, Scale: 4} }
