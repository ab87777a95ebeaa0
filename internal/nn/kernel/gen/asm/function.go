package asm

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Text begins the function called name plus the instruction set's suffix.
func (s ISA) Text(name, signature string, doc ...string) {
	TEXT(name+s.Suffix, attr.NOSPLIT, "func"+signature)
	Pragma("noescape")
	Doc(append([]string{name + s.Suffix + " " + doc[0]}, doc[1:]...)...)
}

// End leaves the function. The upper halves of the vector registers are cleared, or SSE code would be slow after it.
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

// Slice loads where the slice called name begins.
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

// Bytes loads the parameter called name, a number of float32, as a number of bytes.
func Bytes(name string) reg.GPVirtual {
	r := Arg(name)
	SHLQ(U8(2), r)
	return r
}

// InMemory returns where a parameter, or a part of one, lies.
func InMemory(c gotypes.Component) Mem {
	p, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// Element returns the address of the j-th float32 behind p.
func Element(p, j reg.Register) Mem { return Mem{Base: p, Index: j, Scale: 4} }
