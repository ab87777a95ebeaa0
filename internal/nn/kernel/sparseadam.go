package kernel

import (
	"fmt"
	"math"
)

// Rows selects rows of a sparse matrix.
type Rows uint8

// The selections.
const (
	EmptyRows  Rows = 1 << iota // those without entries
	FilledRows                  // those with entries
	AllRows    = EmptyRows | FilledRows
)

// FusesAdam reports whether the set has SparseAdam. It has not where SparseMul and Adam are as fast.
func (s *Set) FusesAdam() bool { return s.sparseAdam != nil }

// AdamIdle is Adam with a gradient of zeros. On amd64, rows whose moments are zeros, as those of pixels that no image has
// set, take little time.
func (s *Set) AdamIdle(p, m, v Matrix, a AdamStep) {
	requireMoments("AdamIdle", p, m, v)
	if !a.restsAtZero() {
		s.Adam(p, m, v, rowVector(make([]float32, p.Cols)), a)
		return
	}
	s.elementwise("AdamIdle p m v", adamIdleKernel, [8]float32{a.Alpha, a.C1, a.C2, a.Epsilon}, func(r int) {
		adam(p.Slice(r, r+1), m.Slice(r, r+1), v.Slice(r, r+1), rowVector(make([]float32, p.Cols)), a)
	}, p, p, m, v)
}

// restsAtZero reports whether a step without gradient and moments is +0, by which no parameter changes. It is not if
// Epsilon is 0 or Alpha is infinite, for example.
func (a AdamStep) restsAtZero() bool { return math.Float32bits(0*a.Alpha/a.Epsilon) == 0 }

// SparseAdam is SparseMul followed by Adam, for the selected rows of P[rows, cols] only. The product X B, for X[rows,
// k] and B[k, cols], is the gradient. It is not stored.
func (s *Set) SparseAdam(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) {
	requireMoments("SparseAdam", p, m, v)
	require("SparseAdam", "b", b.shape(), b.Rows, p.Cols)
	x.require("SparseAdam", p.Rows)
	if p.Rows > 0 && p.Cols > 0 {
		s.sparseAdam(p, m, v, x, b, a, which)
	}
}

// requireMoments panics unless parameters and moments have the same shape and stride.
func requireMoments(kernel string, p, m, v Matrix) {
	require(kernel, "p", p.shape(), p.Rows, p.Cols)
	require(kernel, "m", m.shape(), p.Rows, p.Cols)
	require(kernel, "v", v.shape(), p.Rows, p.Cols)
	if m.Stride != p.Stride || v.Stride != p.Stride {
		const message = "kernel: %s: p, m, v: wanted equal strides, found %d, %d, %d"
		panic(fmt.Sprintf(message, kernel, p.Stride, m.Stride, v.Stride))
	}
}

// sparseAdam computes the gradient of a few columns of a row at a time.
func sparseAdam(p, m, v Matrix, x Sparse, b Matrix, a AdamStep, which Rows) {
	var few [64]float32
	for r := range p.Rows {
		row := FilledRows
		if len(x.Row(r)) == 0 {
			row = EmptyRows
		}
		if which&row == 0 {
			continue
		}
		for c := 0; c < p.Cols; c += len(few) {
			n := min(len(few), p.Cols-c)
			g := Matrix{Rows: 1, Cols: n, Stride: n, Data: few[:]}
			sparseMul(g, x.Slice(r, r+1), b.Columns(c, c+n), false)
			adam(p.Block(r, c, 1, n), m.Block(r, c, 1, n), v.Block(r, c, 1, n), g, a)
		}
	}
}
