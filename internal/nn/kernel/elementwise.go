package kernel

import "strings"

// elementwiseFunc is an elementwise kernel in assembly: what it does with the elements at one place of its operands
// depends on nothing else (or, if it sums up columns, on those above). Rows must not overlap: some kernels read a row again
// after they have written to the next one. The generator in gen/elementwise says what each does. strides are in bytes. Everything is passed by value, since pointers would make Go put it on the heap.
type elementwiseFunc = func(rows, cols int, data [7]*float32, strides [7]int, scalars [8]float32)

// elementwiseKernel is the index of an elementwise kernel in a table.
type elementwiseKernel int

// elementwiseTable has the kernels of an instruction set.
type elementwiseTable [elementwiseKernels]elementwiseFunc

// elementwise runs a kernel on operands of the shape of like, or vectors of its width: see rowVector. Without assembly,
// it calls plain for each row instead. names are those of the method and its operands, for messages: "Lerp dst src".
func (s *Set) elementwise(names string, k elementwiseKernel, scalars [8]float32, plain func(r int), like Matrix,
	operands ...Matrix) {
	var data [7]*float32
	var strides [7]int
	for i, m := range operands {
		requireOperand(names, i, m, like.Rows, like.Cols)
		if len(m.Data) > 0 {
			data[i], strides[i] = &m.Data[0], 4*m.Stride
		}
	}
	switch {
	case like.Rows == 0 || like.Cols == 0:
	case s.elementwiseKernels != nil:
		s.elementwiseKernels[k](like.Rows, like.Cols, data, strides, scalars)
	default:
		for r := range like.Rows {
			plain(r)
		}
	}
}

// vectorRows is the number of rows of an operand that is the same for each row.
const vectorRows = -1

// rowVector returns v as the operand of an elementwise kernel that reads it for each row, or writes the sums of columns
// to it.
func rowVector(v []float32) Matrix { return Matrix{Rows: vectorRows, Cols: len(v), Data: v} }

// requireOperand panics unless the i-th operand is rows x cols, or a vector of that many columns.
func requireOperand(names string, i int, m Matrix, rows, cols int) {
	vector := m.Rows == vectorRows
	if vector && len(m.Data) >= cols || m.Rows == rows && m.Cols == cols && rows >= 0 && m.Stride >= cols &&
		(rows == 0 || len(m.Data) >= (rows-1)*m.Stride+cols) {
		return
	}
	name := strings.Fields(names)
	if vector {
		requireLength(name[0], name[i+1], len(m.Data), cols)
	}
	require(name[0], name[i+1], m.shape(), rows, cols)
}
