package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
)

// arm64 emits programs for NEON. Go's assembler does not know most of the instructions, so macros spell them as words.
type arm64 struct {
	out       *bytes.Buffer
	constants []uint32 // in the order of the table
}

// The registers of a kernel. R18 and those from R26 on belong to the system and to Go.
const (
	rowsRegister     = "R0"
	colsRegister     = "R1"
	countRegister    = "R2" // vectors, and then elements, that are left in a row; or rows
	constantRegister = "R3"
	spareRegister    = "R4"
	firstRow         = 7  // R7 to R13: the present row of each operand
	firstElement     = 19 // R19 to R25: the present element of each operand
	offsetRegister   = "R5"
)

// Where the elements of the parameters are in the frame.
const (
	dataAt    = 16
	stridesAt = dataAt + 7*8
	scalarsAt = stridesAt + 7*8
)

// threeOperands are the instructions Vd.4S, Vn.4S, Vm.4S (Vd.16B for bits), by the names of their macros.
var threeOperands = []struct {
	name string
	word uint32
}{
	{"FADD", 0x4e20d400}, {"FSUB", 0x4ea0d400}, {"FMUL", 0x6e20dc00}, {"FDIV", 0x6e20fc00}, {"FMLA", 0x4e20cc00},
	{"FMLS", 0x4ea0cc00}, {"FCMGT", 0x6ea0e400}, {"FCMEQ", 0x4e20e400}, {"BITAND", 0x4e201c00}, {"COPY", 0x4ea01c00},
	{"BITXOR", 0x6e201c00}, {"SELECT", 0x6e601c00}, {"IADD", 0x4ea08400}, {"UMIN", 0x6ea06c00}, {"ICMEQ", 0x6ea08c00},
}

// begin writes the macros and the table of constants, each of them four times.
func (a *arm64) begin(programs []*program) {
	a.printf("#include \"textflag.h\"\n\n")
	for _, o := range threeOperands {
		a.printf("#define %s(d, n, m) WORD $(%#x | (m)<<16 | (n)<<5 | (d))\n", o.name, o.word)
	}
	a.printf("#define FSQRT(d, n) WORD $(0x6ea1f800 | (n)<<5 | (d))\n")
	a.printf("#define SHIFT(d, n, bits) WORD $(0x4f205400 | (bits)<<16 | (n)<<5 | (d))\n\n")
	for _, p := range programs {
		for _, v := range p.nodes {
			if v.op == constantOp && !slices.Contains(a.constants, v.bits) {
				a.constants = append(a.constants, v.bits)
			}
		}
	}
	for i, bits := range a.constants {
		for lane := range 4 {
			a.printf("DATA elementwiseConstants<>+%d(SB)/4, $%#x", 16*i+4*lane, bits)
			if lane == 0 {
				a.printf(" // %v", math.Float32frombits(bits))
			}
			a.printf("\n")
		}
	}
	a.printf("GLOBL elementwiseConstants<>(SB), RODATA|NOPTR, $%d\n", 16*len(a.constants))
}

func (a *arm64) printf(format string, args ...any) { fmt.Fprintf(a.out, format, args...) }

// line writes an instruction.
func (a *arm64) line(format string, args ...any) { a.printf("\t"+format+"\n", args...) }

// registers hands out the vector registers of a body.
type registers struct {
	*arm64
	p    *program
	left map[*value]int
	at   map[*value]int // the register of each value that has one
	kept map[*value]bool
	free []int
}

func (a *arm64) emit(p *program) {
	a.printf("\n// func %sNEON%s\nTEXT ·%sNEON(SB), NOSPLIT, $0-160\n", p.name, signature, p.name)
	a.line("MOVD rows+0(FP), %s", rowsRegister)
	a.line("MOVD cols+8(FP), %s", colsRegister)
	a.line("MOVD $scalars_0+%d(FP), %s", scalarsAt, spareRegister)
	a.line("MOVD $elementwiseConstants<>(SB), %s", constantRegister)
	r := a.keep(p)
	if p.reduces {
		a.emitReduction(p, r)
		return
	}
	a.loadRows(p)
	a.printf("row:\n")
	for i := range p.operands {
		a.line("MOVD R%d, R%d", firstRow+i, firstElement+i)
	}
	for _, w := range widths {
		w.count(a)
		a.line("CBZ %s, %sDone", countRegister, w.name)
		a.printf("%s:\n", w.name)
		r.body(w, func(i int) string { return fmt.Sprintf("(R%d)", firstElement+i) })
		for i := range p.operands {
			a.line("ADD $%d, R%d", w.bytes, firstElement+i)
		}
		a.line("SUBS $1, %s", countRegister)
		a.line("BNE %s", w.name)
		a.printf("%sDone:\n", w.name)
	}
	a.nextRow(p)
	a.line("SUBS $1, %s", rowsRegister)
	a.line("BNE row")
	a.line("RET")
}

// emitReduction writes a loop over the columns around one over the rows.
func (a *arm64) emitReduction(p *program, r *registers) {
	var sums []*value
	for _, v := range p.nodes {
		if v.op == sumOp {
			sums = append(sums, v)
			r.at[v] = r.take()
		}
	}
	a.line("MOVD ZR, %s", offsetRegister)
	for _, w := range widths {
		a.printf("%sColumns:\n", w.name)
		a.line("CMP $%d, %s", w.elements, colsRegister)
		a.line("BLT %sDone", w.name)
		a.loadRows(p)
		for i := range p.operands {
			a.line("ADD %s, R%d", offsetRegister, firstRow+i)
		}
		for _, v := range sums {
			a.line("BITXOR(%d, %d, %d)", r.at[v], r.at[v], r.at[v])
		}
		a.line("MOVD %s, %s", rowsRegister, countRegister)
		a.printf("%s:\n", w.name)
		r.body(w, func(i int) string { return fmt.Sprintf("(R%d)", firstRow+i) })
		a.nextRow(p)
		a.line("SUBS $1, %s", countRegister)
		a.line("BNE %s", w.name)
		for _, v := range sums {
			a.line("MOVD data_%d+%d(FP), %s", v.index, dataAt+8*v.index, spareRegister)
			a.line("ADD %s, %s", offsetRegister, spareRegister)
			a.line("%s F%d, (%s)", w.move, r.at[v], spareRegister)
		}
		a.line("ADD $%d, %s", w.bytes, offsetRegister)
		a.line("SUB $%d, %s", w.elements, colsRegister)
		a.line("B %sColumns", w.name)
		a.printf("%sDone:\n", w.name)
	}
	a.line("RET")
}

// width is how many elements a body computes: a vector, or what is left of a row one by one.
type width struct {
	name            string
	elements, bytes int
	move            string // the instruction that loads and stores them
}

var widths = []width{{"vector", 4, 16, "FMOVQ"}, {"one", 1, 4, "FMOVS"}}

// count puts the number of bodies of a row into a register.
func (w width) count(a *arm64) {
	if w.elements == 1 {
		a.line("AND $3, %s, %s", colsRegister, countRegister)
	} else {
		a.line("LSR $2, %s, %s", colsRegister, countRegister)
	}
}

func (a *arm64) loadRows(p *program) {
	for i := range p.operands {
		a.line("MOVD data_%d+%d(FP), R%d", i, dataAt+8*i, firstRow+i)
	}
}

func (a *arm64) nextRow(p *program) {
	for i := range p.operands {
		a.line("MOVD strides_%d+%d(FP), %s", i, stridesAt+8*i, spareRegister)
		a.line("ADD %s, R%d", spareRegister, firstRow+i)
	}
}

// keep loads the scalars, and as many constants as leave enough registers for the rest.
func (a *arm64) keep(p *program) *registers {
	const most = 16
	r := &registers{arm64: a, p: p, at: map[*value]int{}, kept: map[*value]bool{}}
	for i := range 32 {
		r.free = append(r.free, 31-i)
	}
	for _, v := range p.nodes {
		switch {
		case v.op == scalarOp:
			r.at[v] = r.take()
			a.line("ADD $%d, %s, %s", 4*v.index, spareRegister, offsetRegister)
			a.line("VLD1R (%s), [V%d.S4]", offsetRegister, r.at[v])
		case v.op == constantOp && len(r.kept) < most:
			r.at[v] = r.take()
			a.line("FMOVQ %d(%s), F%d", 16*slices.Index(a.constants, v.bits), constantRegister, r.at[v])
		default:
			continue
		}
		r.kept[v] = true
	}
	return r
}

// take returns a free register.
func (r *registers) take() int {
	if len(r.free) == 0 {
		panic(r.p.name + ": too few registers")
	}
	n := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	return n
}

// load returns the register of a value. A constant that is not kept is loaded first.
func (r *registers) load(v *value) int {
	n, ok := r.at[v]
	if !ok {
		n = r.take()
		r.at[v] = n
		r.line("FMOVQ %d(%s), F%d", 16*slices.Index(r.constants, v.bits), constantRegister, n)
	}
	return n
}

// release frees the registers of arguments that are not needed any more. A constant that is not kept is loaded again.
func (r *registers) release(args []*value) {
	for _, v := range args {
		n, ok := r.at[v]
		if ok && !r.kept[v] && (r.left[v] == 0 || v.op == constantOp) {
			delete(r.at, v)
			r.free = append(r.free, n)
		}
	}
}

// own returns a register with v that the caller may overwrite: v's own if nobody else needs it.
func (r *registers) own(v *value) int {
	from := r.load(v)
	if !r.kept[v] && (r.left[v] == 0 || v.op == constantOp) {
		delete(r.at, v)
		return from
	}
	to := r.take()
	r.line("COPY(%d, %d, %d)", to, from, from)
	return to
}

// instructions of operations with two arguments.
var instructions = map[op]string{
	addOp: "FADD", subtractOp: "FSUB", multiplyOp: "FMUL", divideOp: "FDIV", equalOp: "FCMEQ", andOp: "BITAND",
	xorOp: "BITXOR", addIntOp: "IADD", minUintOp: "UMIN", equalIntOp: "ICMEQ",
}

// body emits the program for the elements at the addresses of the operands.
func (r *registers) body(w width, address func(i int) string) {
	r.left = r.p.uses()
	for _, v := range r.p.nodes {
		for _, a := range v.args {
			r.left[a]--
		}
		switch v.op {
		case scalarOp, constantOp:
			continue
		case operandOp:
			r.at[v] = r.take()
			r.line("%s %s, F%d", w.move, address(v.index), r.at[v])
			continue
		case storeOp:
			r.line("%s F%d, %s", w.move, r.load(v.args[0]), address(v.index))
		case sumOp:
			r.line("FADD(%d, %d, %d)", r.at[v], r.at[v], r.load(v.args[0]))
		case sqrtOp, shiftLeftOp:
			a := r.load(v.args[0])
			r.release(v.args)
			r.at[v] = r.take()
			if v.op == sqrtOp {
				r.line("FSQRT(%d, %d)", r.at[v], a)
			} else {
				r.line("SHIFT(%d, %d, %d)", r.at[v], a, v.index)
			}
		case fmaOp, fnmaOp:
			a, b := r.load(v.args[0]), r.load(v.args[1])
			sum := r.own(v.args[2])
			r.release(v.args)
			r.at[v] = sum
			r.line("%s(%d, %d, %d)", map[op]string{fmaOp: "FMLA", fnmaOp: "FMLS"}[v.op], sum, a, b)
		case selectOp:
			a, b := r.load(v.args[1]), r.load(v.args[2])
			mask := r.own(v.args[0])
			r.release(v.args)
			r.at[v] = mask
			r.line("SELECT(%d, %d, %d)", mask, a, b)
		default:
			a, b := r.load(v.args[0]), r.load(v.args[1])
			r.release(v.args)
			r.at[v] = r.take()
			if v.op == lessOp {
				r.line("FCMGT(%d, %d, %d)", r.at[v], b, a)
			} else {
				r.line("%s(%d, %d, %d)", instructions[v.op], r.at[v], a, b)
			}
		}
		r.release(v.args)
	}
}
