package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// manySets returns all sets, or in a short test the fastest one.
func manySets() []*Set {
	if testing.Short() {
		return Available()[:1]
	}
	return Available()
}

// The workers' product is Gemm's, to the bit, for any number of them.
func TestMultiplierAgreesWithGemm(t *testing.T) {
	for _, s := range manySets() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", s.Name, workers), func(t *testing.T) {
				pool := NewPool(workers)
				defer pool.Close()
				x := NewMultiplier(s, pool)
				d := &data{rand.New(rand.NewPCG(5, 6)), nil}
				shapes := [][3]int{{1, 1, 1}, {100, 100, 100}, {1, 1000, 200}, {1000, 1, 200}, {7, 500, 120}, {500, 7, 120}, {300, 70, 0}, {0, 9, 9}}
				for _, shape := range shapes {
					for i := range 4 {
						g := newGemmCase(d, shape[0], shape[1], shape[2], 5, i&1 == 1, i&2 == 2, i == 0)
						var scratch Scratch
						got, want := fencedFloats(g.c), fencedFloats(g.c)
						s.Gemm(&scratch, g.m, g.n, g.k, g.a, g.b, want.inside, g.ldc, g.accumulate)
						x.Gemm(g.m, g.n, g.k, g.a, g.b, got.inside, g.ldc, g.accumulate)
						sameFloats(t, g.String(), got, want)
					}
				}
			})
		}
	}
}

func TestMultiplierAllocatesNothing(t *testing.T) {
	pool := NewPool(2)
	defer pool.Close()
	x := NewMultiplier(Available()[0], pool)
	const n = 128
	a, c := make([]float32, n*n), make([]float32, n*n)
	o := Operand{Data: a, Stride: n}
	if allocations := testing.AllocsPerRun(20, func() { x.Gemm(n, n, n, o, o.transpose(), c, n, false) }); allocations != 0 {
		t.Errorf("%g allocations a product, want 0", allocations)
	}
}

// A large product is cut into more tasks than there are workers, a small one into none.
func TestMultiplierTasks(t *testing.T) {
	pool := NewPool(2)
	defer pool.Close()
	x := NewMultiplier(Available()[0], pool)
	for size, want := range map[int]int{16: 1, 64: 1, 128: 2, 256: 2, 512: 4, 2048: 8} {
		if got := x.tasks(size, size, size); got != want {
			t.Errorf("%d: %d tasks, want %d", size, got, want)
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
						t.Errorf("part %d of %d of %d in units of %d: %d to %d", i, parts, size, unit, from, to)
					}
					next = to
				}
				if next != size {
					t.Errorf("%d parts of %d in units of %d end at %d", parts, size, unit, next)
				}
			}
		}
	}
}

// The longest of two tasks is little longer than half of the product, as far as whole tiles allow.
func TestGridIsBalanced(t *testing.T) {
	s := &Set{TileRows: 8, TileCols: 32}
	for _, c := range []struct {
		m, n    int
		longest float64 // part of the product
	}{{100, 100, 0.52}, {64, 64, 0.5}, {32, 2048, 0.5}, {2048, 32, 0.5}, {100, 50, 0.52}, {8, 100, 0.64}, {128, 128, 0.5}, {1024, 1024, 0.5}} {
		rows, cols := s.grid(c.m, c.n, 2)
		if rows*cols != 2 {
			t.Fatalf("%d x %d: a grid of %d x %d", c.m, c.n, rows, cols)
		}
		part := float64(longest(c.m, rows, s.TileRows)*longest(c.n, cols, s.TileCols)) / float64(c.m*c.n)
		if part > c.longest {
			t.Errorf("%d x %d: a grid of %d x %d, of which one task is %.2f, want at most %.2f", c.m, c.n, rows, cols, part, c.longest)
		}
	}
}
