package kernel

import "fmt"

// shape is the shape of a matrix, and the number n of its elements in memory.
type shape struct{ rows, cols, stride, n int }

func (m Matrix) shape() shape { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }
func (m Bytes) shape() shape  { return shape{m.Rows, m.Cols, m.Stride, len(m.Data)} }

// require panics unless an operand is rows x cols and its memory holds that. It is inlined, as requireLength is: a call
// would cost more than the comparisons.
func require(kernel, operand string, s shape, rows, cols int) {
	if s.rows != rows || s.cols != cols || rows < 0 || cols < 0 ||
		rows > 0 && cols > 0 && (s.stride < 0 || s.n < (rows-1)*s.stride+cols) {
		panic(shapeError{kernel, operand, s, rows, cols})
	}
}

// shapeError is the panic of a kernel whose operand is not rows x cols, or has too little memory for its shape.
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
	return fmt.Sprintf("kernel: %s: %s: wanted memory for %d x %d with a stride of %d, found %d elements",
		e.kernel, e.operand, s.rows, s.cols, s.stride, s.n)
}

// requireLength panics if a vector of n elements is shorter than wanted.
func requireLength(kernel, operand string, n, wanted int) {
	if n < wanted {
		panic(lengthError{kernel, operand, n, wanted})
	}
}

// lengthError is the panic of a kernel whose operand has fewer elements than wanted.
type lengthError struct {
	kernel, operand string
	n, wanted       int
}

func (e lengthError) Error() string {
	return fmt.Sprintf("kernel: %s: %s: wanted %d elements, found %d", e.kernel, e.operand, e.wanted, e.n)
}
