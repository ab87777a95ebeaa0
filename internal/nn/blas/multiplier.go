package blas

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Multiplier computes matrix products on all workers of a pool. Like a parallel.Pool it serves one goroutine at a time, which is not
// one of the pool's own; a product allocates nothing once its scratch memory has grown.
type Multiplier struct {
	set     *kernel.Set
	pool    *parallel.Pool
	scratch []kernel.Scratch // one a worker

	product product // the present one
	task    func(worker, i int)
}

// product is a product under way: what Gemm is given, and the grid of tasks into which C is cut.
type product struct {
	c          kernel.Matrix
	a, b       kernel.Operand
	accumulate bool

	gridRows, gridCols int
}

// NewMultiplier returns a multiplier that computes with the kernels s on the workers of p.
func NewMultiplier(s *kernel.Set, p *parallel.Pool) *Multiplier {
	x := &Multiplier{set: s, pool: p, scratch: make([]kernel.Scratch, p.Workers())}
	x.task = x.multiply
	return x
}

// Gemm is kernel.Set.Gemm, to the bit: the workers share C, never the sum of one of its elements.
func (x *Multiplier) Gemm(c kernel.Matrix, a, b kernel.Operand, accumulate bool) {
	_, k := a.Size()
	tasks := x.tasks(c.Rows, c.Cols, k)
	if tasks == 1 {
		x.set.Gemm(&x.scratch[0], c, a, b, accumulate)
		return
	}
	x.product = product{c: c, a: a, b: b, accumulate: accumulate}
	x.product.gridRows, x.product.gridCols = grid(x.set, c.Rows, c.Cols, tasks)
	x.pool.Run(tasks, x.task)
	x.product = product{} // so that nothing keeps the caller's memory alive
}

// tasks returns into how many tasks a product is cut: one a worker, or none at all where it would be over before the
// workers are there. A large product is cut further, so that a worker whose core has something else to do holds up the
// others for a part of its share only.
func (x *Multiplier) tasks(m, n, k int) int {
	const (
		least = 1 << 19 // multiplications that are worth a phase of the pool: about 10 µs
		small = 1 << 25 // those of a task that need not be cut further: about 0.7 ms
		most  = 4       // tasks a worker, as each packs what it needs for itself
	)
	workers := x.pool.Workers()
	work := m * n * k
	if workers == 1 || work < least {
		return 1
	}
	return workers * min(max(work/(workers*small), 1), most)
}

// grid returns into how many parts the rows and the columns of C[m, n] are cut to make the given number of tasks, such that
// the longest task is as short as possible. A task computes a part of C and has packed as much of A and B as that takes.
func grid(s *kernel.Set, m, n, tasks int) (rows, cols int) {
	const packing = 16 // how many multiplications an element to be packed costs, for each one that it takes part in
	least := 0
	for r := 1; r <= tasks; r++ {
		if tasks%r != 0 {
			continue
		}
		height, width := longest(m, r, s.TileRows), longest(n, tasks/r, s.TileCols)
		if cost := height*width + packing*(height+width); rows == 0 || cost < least {
			least, rows, cols = cost, r, tasks/r
		}
	}
	return rows, cols
}

// part returns the i-th of so many parts of size: from one multiple of unit to another, as near to equal as that allows, and
// the last one to the end.
func part(size, parts, i, unit int) (from, to int) {
	cut := func(i int) int {
		if i == parts {
			return size
		}
		return min((size*i/parts+unit/2)/unit*unit, size)
	}
	return cut(i), cut(i + 1)
}

// longest returns the length of the longest part.
func longest(size, parts, unit int) int {
	length := 0
	for i := range parts {
		from, to := part(size, parts, i, unit)
		length = max(length, to-from)
	}
	return length
}

// multiply runs the i-th task of the present product. Tasks that follow one another share columns of B.
func (x *Multiplier) multiply(worker, i int) {
	p := &x.product
	top, bottom := part(p.c.Rows, p.gridRows, i%p.gridRows, x.set.TileRows)
	left, right := part(p.c.Cols, p.gridCols, i/p.gridRows, x.set.TileCols)
	if top == bottom || left == right {
		return
	}
	rows, cols := bottom-top, right-left
	_, k := p.a.Size()
	c, a, b := p.c.Block(top, left, rows, cols), p.a.Block(top, 0, rows, k), p.b.Block(0, left, k, cols)
	x.set.Gemm(&x.scratch[worker], c, a, b, p.accumulate)
}
