package kernel

import "fmt"

// shape is that of a matrix of any elements, and how many of them there are in memory.
type shape struct{ rows, cols, stride, n int }

func (m Matrix) shape() shape { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }
func (m Bytes) shape() shape  { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }

// require panics unless an operand is rows x cols and all of it lies in its memory. (rows and cols are never negative, then.)
func require(kernel, operand string, s shape, rows, cols int) {
	if s.rows != rows || s.cols != cols || rows < 0 || cols < 0 || rows > 0 && cols > 0 && (s.stride < 0 || s.n < (rows-1)*s.stride+cols) {
		refuse(kernel, operand, s, rows, cols)
	}
}

// requireLength panics if a vector of n elements is shorter than wanted.
func requireLength(kernel, operand string, n, wanted int) {
	if n < wanted {
		panic(fmt.Sprintf("kernel: %s: %s: wanted %d elements, found %d", kernel, operand, wanted, n))
	}
}

// refuse is apart from require, which is short.
func refuse(kernel, operand string, s shape, rows, cols int) {
	if s.rows != rows || s.cols != cols {
		panic(fmt.Sprintf("kernel: %s: %s: wanted %d x %d, found %d x %d", kernel, operand, rows, cols, s.rows, s.cols))
	}
	panic(fmt.Sprintf("kernel: %s: %s: %d x %d with rows %d apart is more than %d elements", kernel, operand, rows, cols, s.stride, s.n))
}
