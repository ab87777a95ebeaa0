// Package blas gives gonum's blas32 the kernels' matrix product on all workers of a pool. The program does not need it, since a
// network's layers cut their own work; it is for whoever computes with gonum, and for comparing the kernels with other libraries'.
package blas

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"dnn/internal/nn/kernel"
	"dnn/internal/parallel"
)

// BLAS is gonum's own BLAS with the matrix product, Sgemm, computed by a Multiplier, for blas32.Use. Any number of goroutines
// may call it at once; their products wait for one another, since each takes all workers.
type BLAS struct {
	gonum.Implementation

	mu         sync.Mutex
	multiplier *Multiplier
	product    []float32 // of A and B, where alpha is not 1
}

var _ blas.Float32 = (*BLAS)(nil)

// NewBLAS returns a BLAS that computes with the kernels s on the workers of p, which nothing else may use meanwhile.
func NewBLAS(s *kernel.Set, p *parallel.Pool) *BLAS { return &BLAS{multiplier: NewMultiplier(s, p)} }

// Sgemm computes C[m, n] = alpha op(A)[m, k] op(B)[k, n] + beta C, where op transposes if tA or tB says so. All three are
// row-major, with rows lda, ldb and ldc apart. If beta is 0, C need not hold numbers. It panics as gonum's own does.
//
// With alpha = 1, and beta = 0 or 1, an element of C is a chain of fused multiply-adds in ascending k, as kernel.Set.Gemm says.
func (b *BLAS) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, x []float32, lda int, y []float32, ldb int, beta float32, c []float32, ldc int) {
	// With these factors there is nothing to compute, and gonum's Sgemm is its checks.
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
