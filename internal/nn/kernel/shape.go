package kernel

import "fmt"

// shape is that of a matrix of any elements, and how many of them there are in memory.
type shape struct{ rows, cols, stride, n int }

func (m Matrix) shape() shape { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }
func (m Bytes) shape() shape  { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }

// require panics unless an operand is rows x cols and all of it lies in its memory. It is inlined, as requireLength is:
// a call would cost more than the comparisons.
func require(kernel, operand string, s shape, rows, cols int) {
	if s.rows != rows || s.cols != cols || rows < 0 || cols < 0 ||
		rows > 0 && cols > 0 && (s.stride < 0 || s.n < (rows-1)*s.stride+cols) {
		panic(shapeError{kernel, operand, s, rows, cols})
	}
}

// shapeError is what a kernel panics with that is given an operand whose shape is not rows x cols, or more than its
// memory.
type shapeError struct {
	kernel, operand string
	shape           shape
	rows, cols      int
}

func (e shapeError) Error() string {
	s := e.shape
	if s.rows != e.rows || s.cols != e.cols {
		return fmt.Sprintf("kernel: %s: %s: wanted %d x %d, found %d x %d",
			e.kernel, e.operand, e.rows, e.cols, s.rows, s.cols)
	}
	return fmt.Sprintf("kernel: %s: %s: %d x %d with rows %d apart is more than %d elements",
		e.kernel, e.operand, s.rows, s.cols, s.stride, s.n)
}

// requireLength panics if a vector of n elements is shorter than wanted.
func requireLength(kernel, operand string, n, wanted int) {
	if n < wanted {
		panic(lengthError{kernel, operand, n, wanted})
	}
}

// lengthError is what a kernel panics with that is given a vector of fewer elements than it wants.
type lengthError struct {
	kernel, operand string
	n, wanted       int
}

func (e lengthError) Error() string {
	return fmt.Sprintf("kernel: %s: %s: wanted %d elements, found %d", e.kernel, e.operand, e.wanted, e.n)
}
