package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

func TestSgemmAgreesWithGonum(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	for _, s := range manySets() {
		ours, theirs := NewBLAS(s, pool), gonum.Implementation{}
		rng := rand.New(rand.NewPCG(7, 8))
		for _, shape := range [][3]int{{1, 1, 1}, {5, 7, 3}, {64, 64, 64}, {33, 100, 65}, {4, 4, 0}, {0, 3, 3}} {
			for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans} {
				for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans} {
					for _, alpha := range []float32{0, 1, -1, 0.3} {
						for _, beta := range []float32{0, 1, -2.5} {
							m, n, k := shape[0], shape[1], shape[2]
							g := newGemmCase(rng, m, n, k, 4, tA != blas.NoTrans, tB != blas.NoTrans, false)
							a, b := g.a, g.b
							if k == 0 { // gonum requires the rows even so
								a.Data, b.Data = make([]float32, 100), make([]float32, 100)
							}
							lda, ldb, ldc := max(a.Stride, 1), max(b.Stride, 1), max(g.ldc, 1)
							got, want := slices.Clone(g.c), slices.Clone(g.c)
							ours.Sgemm(tA, tB, m, n, k, alpha, a.Data, lda, b.Data, ldb, beta, got, ldc)
							theirs.Sgemm(tA, tB, m, n, k, alpha, a.Data, lda, b.Data, ldb, beta, want, ldc)
							what := fmt.Sprintf("%s, alpha=%g, beta=%g, %v", s.Name, alpha, beta, g)
							for i, w := range want {
								if x := got[i]; math.Abs(float64(x-w)) > 1e-5*float64(max(k, 4)) {
									t.Fatalf("%s: element %d: wanted %g, found %g", what, i, w, x)
								}
							}
							if alpha == 1 && (beta == 0 || beta == 1) {
								bits := slices.Clone(g.c)
								var scratch kernel.Scratch
								c := kernel.Matrix{Rows: m, Cols: n, Stride: ldc, Data: bits}
								s.Gemm(&scratch, c, a, b, beta == 1)
								if !slices.Equal(got, bits) {
									t.Fatalf("%s: wanted %v, found %v", what, bits, got)
								}
							}
						}
					}
				}
			}
		}
	}
}

// If beta is 0, C may hold NaN; if alpha is 0, so may A and B.
func TestSgemmIgnoresWhatAZeroCancels(t *testing.T) {
	pool := parallel.NewPool(1)
	defer pool.Close()
	b := NewBLAS(kernel.Available()[0], pool)
	nan := float32(math.NaN())
	for _, alpha := range []float32{1, 2} {
		c := []float32{nan}
		b.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, 1, alpha, []float32{3}, 1, []float32{5}, 1, 0, c, 1)
		if c[0] != 15*alpha {
			t.Errorf("alpha=%g, beta=0: wanted %g, found %g", alpha, 15*alpha, c[0])
		}
	}
	c := []float32{2}
	b.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, 1, 0, []float32{nan}, 1, []float32{nan}, 1, 3, c, 1)
	if c[0] != 6 {
		t.Errorf("alpha=0, beta=3: wanted 6, found %g", c[0])
	}
}

func TestSgemmPanicsAsGonumDoes(t *testing.T) {
	pool := parallel.NewPool(1)
	defer pool.Close()
	ours, theirs := NewBLAS(kernel.Available()[0], pool), gonum.Implementation{}
	no, f := blas.NoTrans, func(n int) []float32 { return make([]float32, n) }
	for _, run := range []func(b blas.Float32Level3){
		func(b blas.Float32Level3) { b.Sgemm('x', no, 2, 2, 2, 1, f(4), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, 'x', 2, 2, 2, 1, f(4), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, -1, 2, 2, 1, f(4), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, -1, 2, 1, f(4), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, -1, 1, f(4), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(4), 1, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(4), 2, f(4), 1, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(4), 2, f(4), 2, 1, f(4), 1) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(3), 2, f(4), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(4), 2, f(3), 2, 1, f(4), 2) },
		func(b blas.Float32Level3) { b.Sgemm(no, no, 2, 2, 2, 1, f(4), 2, f(4), 2, 1, f(3), 2) },
	} {
		want := panicOf(func() { run(theirs) })
		if got := panicOf(func() { run(ours) }); want == "" || got != want {
			t.Errorf("wanted the panic %q, found %q", want, got)
		}
	}
}

// Several goroutines use one BLAS; the race detector looks on.
func TestSgemmFromManyGoroutines(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	b := NewBLAS(kernel.Available()[0], pool)
	const n = 64
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			a, c := make([]float32, n*n), make([]float32, n*n)
			for j := range a {
				a[j] = float32(i)
			}
			for range 5 {
				b.Sgemm(blas.NoTrans, blas.Trans, n, n, n, 2, a, n, a, n, 0, c, n)
			}
			if want := float32(2 * n * i * i); c[n] != want {
				t.Errorf("wanted %g, found %g", want, c[n])
			}
		})
	}
	group.Wait()
}

// panicOf returns what f panics with, or an empty string.
func panicOf(f func()) (value string) {
	defer func() {
		if v := recover(); v != nil {
			value = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}
