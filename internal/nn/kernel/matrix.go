package kernel

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas32"
)

// Matrix is a row-major float32 matrix, Stride elements from one row to the next, as gonum's is.
type Matrix blas32.General

// NewMatrix returns a matrix of zeros whose rows begin at cache lines.
func NewMatrix(rows, cols int) Matrix {
	stride := paddedStride(cols)
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: Floats(rows * stride)}
}

// paddedStride rounds cols up so that rows begin at cache lines. It avoids multiples of 4 KiB, at which all rows would
// compete for the same few places of the first-level cache.
func paddedStride(cols int) int {
	const line, page = 16, 1024 // elements
	stride := (cols + line - 1) / line * line
	if stride%page == 0 {
		stride += line
	}
	return stride
}

// Row returns row r of m.
func (m Matrix) Row(r int) []float32 { return m.Data[r*m.Stride : r*m.Stride+m.Cols] }

// Slice returns the rows [lo, hi) of m.
func (m Matrix) Slice(lo, hi int) Matrix {
	if lo == hi {
		return Matrix{Cols: m.Cols, Stride: m.Stride}
	}
	return Matrix{Rows: hi - lo, Cols: m.Cols, Stride: m.Stride, Data: m.Data[lo*m.Stride:]}
}

// Columns returns the columns [lo, hi) of m.
func (m Matrix) Columns(lo, hi int) Matrix {
	if lo == hi || m.Rows == 0 {
		return Matrix{Rows: m.Rows, Cols: hi - lo, Stride: m.Stride}
	}
	return Matrix{Rows: m.Rows, Cols: hi - lo, Stride: m.Stride, Data: m.Data[lo:]}
}

// Block returns the rows x cols elements of m from (top, left) on.
func (m Matrix) Block(top, left, rows, cols int) Matrix {
	if rows == 0 || cols == 0 {
		return Matrix{Rows: rows, Cols: cols, Stride: m.Stride}
	}
	return Matrix{Rows: rows, Cols: cols, Stride: m.Stride, Data: m.Data[top*m.Stride+left:]}
}

// Operand returns m as a factor of a product.
func (m Matrix) Operand() Operand { return Operand{Matrix: m} }

// Transposed returns m's transpose as a factor of a product.
func (m Matrix) Transposed() Operand { return Operand{Matrix: m, Transposed: true} }

// Flatten returns a copy of m's elements in row-major order without padding.
func (m Matrix) Flatten() []float32 {
	out := make([]float32, 0, m.Rows*m.Cols)
	for r := range m.Rows {
		out = append(out, m.Row(r)...)
	}
	return out
}

// Unflatten sets m's elements from row-major order; len(data) must be Rows*Cols.
func (m Matrix) Unflatten(data []float32) {
	if len(data) != m.Rows*m.Cols {
		panic(fmt.Sprintf("kernel: Unflatten: wanted %d x %d elements, found %d", m.Rows, m.Cols, len(data)))
	}
	for r := range m.Rows {
		copy(m.Row(r), data[r*m.Cols:])
	}
}

// EachElement replaces each element v of y by f(v).
func EachElement(y Matrix, f func(float32) float32) {
	for r := range y.Rows {
		y := y.Row(r)
		for j, z := range y {
			y[j] = f(z)
		}
	}
}

// Bytes is a row-major matrix of bytes, Stride elements from one row to the next.
type Bytes struct {
	Rows, Cols int
	Data       []uint8
	Stride     int
}

// NewBytes returns a matrix of zeros whose stride is a multiple of a cache line.
func NewBytes(rows, cols int) Bytes {
	const line = 64
	stride := (cols + line - 1) / line * line
	return Bytes{Rows: rows, Cols: cols, Stride: stride, Data: make([]uint8, rows*stride)}
}

// Row returns row r of m.
func (m Bytes) Row(r int) []uint8 { return m.Data[r*m.Stride : r*m.Stride+m.Cols] }

// Block returns the rows x cols elements of m from (top, left) on.
func (m Bytes) Block(top, left, rows, cols int) Bytes {
	if rows == 0 || cols == 0 {
		return Bytes{Rows: rows, Cols: cols, Stride: m.Stride}
	}
	return Bytes{Rows: rows, Cols: cols, Stride: m.Stride, Data: m.Data[top*m.Stride+left:]}
}

// Span is the half-open interval [Lo, Hi) of rows, columns or samples that a task works on.
type Span struct{ Lo, Hi int }

// Part returns the i-th of n parts of [0, total). The parts begin at multiples of align.
func Part(i, n, total, align int) Span {
	blocks := (total + align - 1) / align
	return Span{min(i*blocks/n*align, total), min((i+1)*blocks/n*align, total)}
}
