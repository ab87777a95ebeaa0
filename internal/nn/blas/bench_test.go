package blas

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// aligned returns n random numbers that begin at a cache line.
func aligned(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, 2))
	x := kernel.Floats(n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// matrix returns a matrix of data without gaps between its rows.
func matrix(rows, cols int, data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// BenchmarkSgemm measures products in the shapes of the course's network with a batch of 100, and of square matrices.
func BenchmarkSgemm(b *testing.B) {
	type shape struct{ m, k, n int }
	shapes := []shape{{100, 784, 100}, {100, 100, 50}, {100, 50, 10}}
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		shapes = append(shapes, shape{n, n, n})
	}
	for _, sh := range shapes {
		name := fmt.Sprint(sh.m)
		if sh.m != sh.k || sh.k != sh.n {
			name = fmt.Sprintf("%dx%dx%d", sh.m, sh.k, sh.n)
		}
		b.Run(name, func(b *testing.B) {
			x, y := matrix(sh.m, sh.k, aligned(sh.m*sh.k)), matrix(sh.k, sh.n, aligned(sh.k*sh.n))
			c := matrix(sh.m, sh.n, kernel.Floats(sh.m*sh.n))
			for _, s := range kernel.Available() {
				for _, threads := range []int{1, 2} {
					b.Run(fmt.Sprintf("%s/threads=%d", s.Name, threads), func(b *testing.B) {
						pool := parallel.NewPool(threads)
						defer pool.Close()
						multiplier := NewMultiplier(s, pool)
						for b.Loop() {
							multiplier.Gemm(c, x.Operand(), y.Operand(), false)
						}
						operations := 2 * float64(sh.m) * float64(sh.n) * float64(sh.k)
						b.ReportMetric(operations*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
					})
				}
			}
		})
	}
}
