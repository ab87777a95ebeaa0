package blas

import (
	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// Multiplier computes matrix products on all workers of a pool. Like a parallel.Pool it must be called by one goroutine
// at a time, and by none of the pool's own. A product allocates nothing once its scratch memory is large enough.
type Multiplier struct {
	set     *kernel.Set
	pool    *parallel.Pool
	scratch []kernel.Scratch // by worker

	product product             // the product at hand
	task    func(worker, i int) // computes the i-th part of it
}

// product is the arguments of Gemm, and the grid into which C is cut: each part is a task.
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

// Gemm computes what kernel.Set.Gemm does, to the bit: each worker computes whole elements of C.
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
	x.product = product{} // lets the caller's memory go
}

// tasks returns how many tasks a product is cut into: one for each worker, or a single one if the product would be done
// before the workers have started. A large product is cut into more, so that others can take some of the tasks of a
// worker whose core is busy with something else.
func (x *Multiplier) tasks(m, n, k int) int {
	const (
		least = 1 << 19 // multiplications for which it pays to start the workers (docs/kernels.md)
		small = 1 << 25 // multiplications of a task that need not be cut further
		most  = 4       // tasks for each worker, since each task packs its operands anew
	)
	workers := x.pool.Workers()
	work := m * n * k
	if workers == 1 || work < least {
		return 1
	}
	return workers * min(max(work/(workers*small), 1), most)
}

// grid returns how many parts the rows and the columns of C[m, n] are cut into, so that there are as many parts of C as
// tasks and the longest task is as short as possible. A task packs the rows of A and the columns of B that it needs.
func grid(s *kernel.Set, m, n, tasks int) (rows, cols int) {
	const packing = 16 // the cost of packing an element, in multiplications
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

// part returns the i-th of so many parts of size. All begin and end at multiples of unit, but the last one ends at
// size, and they are as equal as that allows.
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

// multiply runs the i-th task of the product at hand. Neighboring tasks use the same columns of B.
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
