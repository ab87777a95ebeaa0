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
		panic(misfit{kernel, operand, s, rows, cols})
	}
}

// misfit is what a kernel panics with that is given an operand whose shape is not rows x cols, or more than its memory.
type misfit struct {
	kernel, operand string
	shape           shape
	rows, cols      int
}

func (m misfit) Error() string {
	s := m.shape
	if s.rows != m.rows || s.cols != m.cols {
		return fmt.Sprintf("kernel: %s: %s: wanted %d x %d, found %d x %d", m.kernel, m.operand, m.rows, m.cols, s.rows, s.cols)
	}
	return fmt.Sprintf("kernel: %s: %s: %d x %d with rows %d apart is more than %d elements",
		m.kernel, m.operand, s.rows, s.cols, s.stride, s.n)
}

// requireLength panics if a vector of n elements is shorter than wanted.
func requireLength(kernel, operand string, n, wanted int) {
	if n < wanted {
		panic(tooShort{kernel, operand, n, wanted})
	}
}

// tooShort is what a kernel panics with that is given a vector of fewer elements than it wants.
type tooShort struct {
	kernel, operand string
	n, wanted       int
}

func (s tooShort) Error() string {
	return fmt.Sprintf("kernel: %s: %s: wanted %d elements, found %d", s.kernel, s.operand, s.wanted, s.n)
}
