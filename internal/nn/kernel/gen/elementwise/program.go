package main

import "math"

// program is an elementwise kernel: what it does with the elements at one place of its operands. It is written once,
// and emitted for each instruction set.
type program struct {
	name     string
	operands int // matrices, or vectors that count as rows of a matrix
	scalars  int
	reduces  bool // it adds up columns; see sum

	nodes  []*value // in the order in which they are computed
	consts map[uint32]*value
	stages int   // after the first: see later
	idle   []int // see skip
}

// value is the result of an operation: a vector of float32, of integers, or a mask.
type value struct {
	op    op
	args  []*value
	index int    // of an operand or a scalar; the bits of a shift
	bits  uint32 // of a constant
	stage int    // how many calls of later came before
}

// op is an operation. Those on float32 round as IEEE 754 says. A comparison is false if an operand is NaN.
type op uint8

const (
	operandOp   op = iota // the element of an operand
	scalarOp              // a scalar, in all lanes
	constantOp            // a constant, in all lanes
	addOp                 // a + b
	subtractOp            // a - b
	multiplyOp            // a * b
	divideOp              // a / b
	fmaOp                 // a*b + c with one rounding
	fnmaOp                // c - a*b with one rounding
	sqrtOp                // the root of a
	lessOp                // the mask of a < b
	equalOp               // the mask of a == b
	selectOp              // a where the mask m is true, else b; arguments m, a, b
	andOp                 // the bits of a and b
	xorOp                 // the bits of a xor b
	shiftLeftOp           // the bits of a, index places up
	addIntOp              // a + b as integers
	minUintOp             // the smaller of a and b as unsigned integers
	equalIntOp            // the mask of a == b as integers
	storeOp               // writes a to the operand index
	sumOp                 // adds a, row by row, to a sum that is stored in the operand index
)

func newProgram(name string, operands, scalars int) *program {
	return &program{name: name, operands: operands, scalars: scalars, consts: map[uint32]*value{}}
}

func (p *program) node(o op, index int, args ...*value) *value {
	v := &value{op: o, args: args, index: index, stage: p.stages}
	p.nodes = append(p.nodes, v)
	return v
}

// operand returns the element of the i-th operand.
func (p *program) operand(i int) *value { return p.node(operandOp, i) }

// scalar returns the i-th scalar.
func (p *program) scalar(i int) *value { return p.node(scalarOp, i) }

// number returns a constant, rounded to float32.
func (p *program) number(x float64) *value { return p.pattern(math.Float32bits(float32(x))) }

// pattern returns the constant with these bits.
func (p *program) pattern(bits uint32) *value {
	if v, ok := p.consts[bits]; ok {
		return v
	}
	v := p.node(constantOp, 0)
	v.bits = bits
	p.consts[bits] = v
	return v
}

func (p *program) add(a, b *value) *value           { return p.node(addOp, 0, a, b) }
func (p *program) sub(a, b *value) *value           { return p.node(subtractOp, 0, a, b) }
func (p *program) mul(a, b *value) *value           { return p.node(multiplyOp, 0, a, b) }
func (p *program) div(a, b *value) *value           { return p.node(divideOp, 0, a, b) }
func (p *program) fma(a, b, c *value) *value        { return p.node(fmaOp, 0, a, b, c) }
func (p *program) fnma(a, b, c *value) *value       { return p.node(fnmaOp, 0, a, b, c) }
func (p *program) sqrt(a *value) *value             { return p.node(sqrtOp, 0, a) }
func (p *program) less(a, b *value) *value          { return p.node(lessOp, 0, a, b) }
func (p *program) equal(a, b *value) *value         { return p.node(equalOp, 0, a, b) }
func (p *program) choose(m, a, b *value) *value     { return p.node(selectOp, 0, m, a, b) }
func (p *program) and(a, b *value) *value           { return p.node(andOp, 0, a, b) }
func (p *program) xor(a, b *value) *value           { return p.node(xorOp, 0, a, b) }
func (p *program) shiftLeft(a *value, n int) *value { return p.node(shiftLeftOp, n, a) }
func (p *program) addInt(a, b *value) *value        { return p.node(addIntOp, 0, a, b) }
func (p *program) minUint(a, b *value) *value       { return p.node(minUintOp, 0, a, b) }
func (p *program) equalInt(a, b *value) *value      { return p.node(equalIntOp, 0, a, b) }

// store writes v to the i-th operand.
func (p *program) store(i int, v *value) { p.node(storeOp, i, v) }

// sum adds v, from the first row to the last, to a sum that begins with +0, and stores it in the i-th operand, which
// has one row. A program with sums stores nothing else.
func (p *program) sum(i int, v *value) {
	p.reduces = true
	p.node(sumOp, i, v)
}

// later begins a stage of the program that a set may compute later than the one before it, so that the operations of many
// vectors, none of which waits for another, are on their way at once: the second stage when the row below has had the
// first, and the third when the next vector of the row has had the second. What a stage needs of earlier ones must be in
// operands by then. The third also gets values of the second in registers.
func (p *program) later() { p.stages++ }

// skip says that a row stays as it is, and need not be computed, if all elements of these operands in the row are +0. Whoever
// calls the kernel must have made sure of that.
func (p *program) skip(operands ...int) { p.idle = operands }

// uses returns how often each value is an argument.
func (p *program) uses() map[*value]int {
	n := map[*value]int{}
	for _, v := range p.nodes {
		for _, a := range v.args {
			n[a]++
		}
	}
	return n
}

// abs clears the sign of v.
func (p *program) abs(v *value) *value { return p.and(v, p.pattern(0x7fffffff)) }

// negate changes the sign of v.
func (p *program) negate(v *value) *value { return p.xor(v, p.pattern(0x80000000)) }
