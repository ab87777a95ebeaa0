// Package blas makes the kernels' matrix product, on all workers of a pool, available to gonum's blas32. The program
// does not use it: package step divides a network's work by layers and samples, not by products. It is for programs
// that compute with gonum, and for comparisons of the kernels with those of other libraries.
package blas

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// BLAS is gonum's own BLAS, except that its matrix product, Sgemm, is computed by a Multiplier. Give it to blas32.Use.
// Any number of goroutines may call it at once; their products wait for one another, since each uses all workers.
type BLAS struct {
	gonum.Implementation

	mu         sync.Mutex
	multiplier *Multiplier
	product    []float32 // of A and B, where alpha is not 1
}

var _ blas.Float32 = (*BLAS)(nil)

// NewBLAS returns a BLAS that computes with the kernels s on the workers of p. Nothing else may use p during a product.
func NewBLAS(s *kernel.Set, p *parallel.Pool) *BLAS { return &BLAS{multiplier: NewMultiplier(s, p)} }

// Sgemm computes C[m, n] = alpha op(A)[m, k] op(B)[k, n] + beta C, where op transposes if tA or tB says so. x and y are
// A and B. All three are row-major, with rows lda, ldb and ldc apart. If beta is 0, C may hold anything, NaN included.
// Sgemm panics as gonum's own does.
//
// If alpha is 1, and beta 0 or 1, an element of C is a chain of fused multiply-adds in ascending k, as by
// kernel.Set.Gemm.
func (b *BLAS) Sgemm(
	tA, tB blas.Transpose, m, n, k int,
	alpha float32, x []float32, lda int, y []float32, ldb int, beta float32, c []float32, ldc int,
) {
	// With alpha 0 and beta 1 gonum's Sgemm only checks its arguments.
	b.Implementation.Sgemm(tA, tB, m, n, k, 0, x, lda, y, ldb, 1, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	if beta != 0 && beta != 1 {
		for i := range m {
			b.Sscal(n, beta, c[i*ldc:], 1)
		}
	}
	if alpha == 0 {
		k = 0
	}
	accumulate := beta != 0
	left, right := operand(tA, m, k, x, lda), operand(tB, k, n, y, ldb)

	b.mu.Lock()
	defer b.mu.Unlock()
	if alpha == 1 || k == 0 {
		b.multiplier.Gemm(kernel.Matrix{Rows: m, Cols: n, Stride: ldc, Data: c}, left, right, accumulate)
		return
	}
	if cap(b.product) < m*n {
		b.product = make([]float32, m*n)
	}
	b.product = b.product[:m*n]
	b.multiplier.Gemm(kernel.Matrix{Rows: m, Cols: n, Stride: n, Data: b.product}, left, right, false)
	if !accumulate {
		for i := range m {
			clear(c[i*ldc : i*ldc+n])
		}
	}
	for i := range m {
		b.Saxpy(n, alpha, b.product[i*n:], 1, c[i*ldc:], 1)
	}
}

// operand returns the factor op(X)[rows, cols], where the rows of X are ld apart.
func operand(op blas.Transpose, rows, cols int, x []float32, ld int) kernel.Operand {
	if op != blas.NoTrans {
		return kernel.Matrix{Rows: cols, Cols: rows, Stride: ld, Data: x}.Transposed()
	}
	return kernel.Matrix{Rows: rows, Cols: cols, Stride: ld, Data: x}.Operand()
}
