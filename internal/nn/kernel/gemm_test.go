package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"dnn/internal/exact"
)

// gemmCase is a product with all its operands.
type gemmCase struct {
	m, n, k    int
	a, b       Operand
	c          []float32
	ldc        int
	accumulate bool
}

func (g gemmCase) String() string {
	return fmt.Sprintf("%dx%dx%d, A %d apart (transposed: %t), B %d apart (transposed: %t), C %d apart, accumulate: %t",
		g.m, g.k, g.n, g.a.Stride, g.a.Transposed, g.b.Stride, g.b.Transposed, g.ldc, g.accumulate)
}

// newGemmCase makes random operands of a shape. Their strides are up to gap larger than needed.
func newGemmCase(d *data, m, n, k, gap int, transposedA, transposedB, accumulate bool) gemmCase {
	operand := func(rows, cols int, transposed bool) Operand {
		if transposed {
			rows, cols = cols, rows
		}
		ld := cols + d.IntN(gap+1)
		return Operand{mat(rows, cols, ld, d.floats(max(size(rows, cols, ld), 0), false)), transposed}
	}
	ldc := n + d.IntN(gap+1)
	return gemmCase{m, n, k, operand(m, k, transposedA), operand(k, n, transposedB),
		d.floats(max(size(m, n, ldc), 0), false), ldc, accumulate}
}

// define computes the product into c as the package comment defines it.
func (g gemmCase) define(c []float32) {
	ras, cas := g.a.strides()
	rbs, cbs := g.b.strides()
	for i := range g.m {
		for j := range g.n {
			sum := float32(0)
			if g.accumulate {
				sum = c[i*g.ldc+j]
			}
			for p := range g.k {
				sum = exact.FMA(g.a.Data[i*ras+p*cas], g.b.Data[p*rbs+j*cbs], sum)
			}
			c[i*g.ldc+j] = sum
		}
	}
}

// check compares the set's product with its definition.
func (g gemmCase) check(t *testing.T, s *Set, scratch *Scratch) {
	t.Helper()
	got, want := fencedFloats(g.c), fencedFloats(g.c)
	g.define(want.inside)
	s.Gemm(scratch, mat(g.m, g.n, g.ldc, got.inside), g.a, g.b, g.accumulate)
	sameFloats(t, g.String(), got, want)
}

// multiplyTile is gemmTile for matrices.
func multiplyTile(s *Set, c Matrix, a Operand, b Matrix, accumulate bool) {
	_, k := a.Size()
	rs, cs := a.strides()
	s.gemmTile(c.Rows, c.Cols, k, a.Data, rs, cs, b.Data, b.Stride, c.Data, c.Stride, accumulate)
}

// gemmShapes has m, n, k at the edges of tiles and of blocks, and for each path through Gemm: with little and much of A
// and B to pack.
var gemmShapes = [][3]int{{1, 1, 1}, {2, 4, 3}, {7, 9, 13}, {8, 32, 64}, {9, 33, 65}, {12, 32, 9}, {13, 32, 9}, {23, 64, 9}, {50, 17, 30}, {100, 10, 50}, {100, 50, 100},
	{6, 16, blockK + 1}, {1, 300, 500}, {5, blockN + 5, 70},
	{1, 70, 2*blockK + 1}, {33, 10, blockK}, {blockM + 1, 40, 20}, {2*blockM - 1, 3, 5}, {3, blockN + 1, 6},
	{40, 513, 70},
	{34, 300, 450}, {5, 2*blockN + 33, 2}, {0, 5, 5}, {5, 0, 5}, {5, 5, 0}, {blockM + 5, 600, 0}}

func TestGemmIsWhatItsDefinitionSays(t *testing.T) {
	gaps := []int{0, 9}
	if testing.Short() {
		gaps = gaps[1:]
	}
	for _, s := range Available() {
		t.Run(s.Name, func(t *testing.T) {
			d := &data{rand.New(rand.NewPCG(5, 6)), newGuarded(t)}
			var scratch Scratch
			for _, shape := range gemmShapes {
				for i := range 4 {
					for _, gap := range gaps {
						g := newGemmCase(d, shape[0], shape[1], shape[2], gap, i&1 == 1, i&2 == 2, d.IntN(2) == 0)
						g.check(t, s, &scratch)
					}
				}
			}
		})
	}
}

// Rows a power of two apart are packed where others are not.
func TestGemmWithRowsAPowerOfTwoApart(t *testing.T) {
	for _, s := range Available() {
		d := &data{rand.New(rand.NewPCG(5, 6)), nil}
		g := newGemmCase(d, 37, 45, 1024, 0, false, false, true)
		g.check(t, s, &Scratch{})
	}
}

func TestEvenBlocks(t *testing.T) {
	for _, c := range []struct{ size, most, unit, want int }{
		{784, 512, 1, 392}, {512, 512, 1, 512}, {513, 512, 1, 257}, {1, 512, 1, 1}, {257, 256, 8, 136},
		{256, 256, 6, 258}, {600, 256, 6, 204},
	} {
		if got := even(c.size, c.most, c.unit); got != c.want {
			t.Errorf("%d in blocks of at most %d, a multiple of %d: wanted %d, found %d",
				c.size, c.most, c.unit, c.want, got)
		}
	}
}
