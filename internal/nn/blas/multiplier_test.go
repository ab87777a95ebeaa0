package blas

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// manySets returns all sets, or in a short test the fastest one.
func manySets() []*kernel.Set {
	if testing.Short() {
		return kernel.Available()[:1]
	}
	return kernel.Available()
}

// The product is that of Gemm, to the bit, for any number of workers.
func TestMultiplierAgreesWithGemm(t *testing.T) {
	for _, s := range manySets() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", s.Name, workers), func(t *testing.T) {
				pool := parallel.NewPool(workers)
				defer pool.Close()
				x := NewMultiplier(s, pool)
				rng := rand.New(rand.NewPCG(5, 6))
				shapes := [][3]int{{1, 1, 1}, {100, 100, 100}, {1, 1000, 200}, {1000, 1, 200}, {7, 500, 120},
					{500, 7, 120}, {300, 70, 0}, {0, 9, 9}}
				for _, shape := range shapes {
					for i := range 4 {
						g := newGemmCase(rng, shape[0], shape[1], shape[2], 5, i&1 == 1, i&2 == 2, i == 0)
						var scratch kernel.Scratch
						got, want := slices.Clone(g.c), slices.Clone(g.c)
						s.Gemm(&scratch, g.over(want), g.a, g.b, g.accumulate)
						x.Gemm(g.over(got), g.a, g.b, g.accumulate)
						if !slices.Equal(got, want) {
							t.Fatalf("%v: wanted %v, found %v", g, want, got)
						}
					}
				}
			})
		}
	}
}

func TestMultiplierAllocatesNothing(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	x := NewMultiplier(kernel.Available()[0], pool)
	const n = 128
	a, c := kernel.NewMatrix(n, n), kernel.NewMatrix(n, n)
	multiply := func() { x.Gemm(c, a.Operand(), a.Transposed(), false) }
	if allocations := testing.AllocsPerRun(20, multiply); allocations != 0 {
		t.Errorf("wanted no allocation in a product, found %g", allocations)
	}
}

// A large product is cut into more tasks than there are workers, and a small one is not cut.
func TestMultiplierTasks(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	x := NewMultiplier(kernel.Available()[0], pool)
	for size, want := range map[int]int{16: 1, 64: 1, 128: 2, 256: 2, 512: 4, 2048: 8} {
		if got := x.tasks(size, size, size); got != want {
			t.Errorf("size %d: wanted %d tasks, found %d", size, want, got)
		}
	}
}

// The parts of a dimension cover it, in order, and begin where tiles do.
func TestParts(t *testing.T) {
	for _, size := range []int{0, 1, 5, 32, 100, 784} {
		for _, parts := range []int{1, 2, 3, 8, 200} {
			for _, unit := range []int{1, 6, 32} {
				next := 0
				for i := range parts {
					from, to := part(size, parts, i, unit)
					if from != next || to < from || to > size || from%unit != 0 && from != size {
						t.Errorf("part %d of %d of %d in units of %d: wanted one from %d on, found %d to %d",
							i, parts, size, unit, next, from, to)
					}
					next = to
				}
				if next != size {
					t.Errorf("%d parts of %d in units of %d: wanted the last to end there, found %d",
						parts, size, unit, next)
				}
			}
		}
	}
}

// The longer of two tasks is about half of the product, as far as tiles allow.
func TestGridIsBalanced(t *testing.T) {
	s := &kernel.Set{TileRows: 8, TileCols: 32}
	for _, c := range []struct {
		m, n    int
		longest float64 // the largest task, as a fraction of the product
	}{
		{100, 100, 0.52}, {64, 64, 0.5}, {32, 2048, 0.5}, {2048, 32, 0.5},
		{100, 50, 0.52}, {8, 100, 0.64}, {128, 128, 0.5}, {1024, 1024, 0.5},
	} {
		rows, cols := grid(s, c.m, c.n, 2)
		if rows*cols != 2 {
			t.Fatalf("%d x %d: wanted a grid of 2 parts, found %d x %d", c.m, c.n, rows, cols)
		}
		fraction := float64(longest(c.m, rows, s.TileRows)*longest(c.n, cols, s.TileCols)) / float64(c.m*c.n)
		if fraction > c.longest {
			t.Errorf("%d x %d: grid of %d x %d: wanted at most %.2f of the product in a task, found %.2f",
				c.m, c.n, rows, cols, c.longest, fraction)
		}
	}
}

// gemmCase is a product C[m, n] = A[m, k] B[k, n], or C += A B if accumulate is set.
type gemmCase struct {
	m, n, k    int
	a, b       kernel.Operand
	c          []float32
	ldc        int
	accumulate bool
}

// over returns C in other memory.
func (g gemmCase) over(c []float32) kernel.Matrix {
	return kernel.Matrix{Rows: g.m, Cols: g.n, Stride: g.ldc, Data: c}
}

// newGemmCase draws operands of a shape. There are up to gap elements between the rows of each.
func newGemmCase(rng *rand.Rand, m, n, k, gap int, transposedA, transposedB, accumulate bool) gemmCase {
	floats := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	operand := func(rows, cols int, transposed bool) kernel.Operand {
		if transposed {
			rows, cols = cols, rows
		}
		ld := cols + rng.IntN(gap+1)
		x := kernel.Matrix{Rows: rows, Cols: cols, Stride: ld, Data: floats(rows * ld)}
		return kernel.Operand{Matrix: x, Transposed: transposed}
	}
	ldc := n + rng.IntN(gap+1)
	return gemmCase{m, n, k, operand(m, k, transposedA), operand(k, n, transposedB), floats(m * ldc), ldc, accumulate}
}
