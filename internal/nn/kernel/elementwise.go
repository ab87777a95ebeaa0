package kernel

// elementwiseFunc is an elementwise kernel in assembly: what it does with the elements at one place of its operands
// depends on nothing else (or, if it sums up columns, on those above). The generator in gen/elementwise says what each
// does. strides are in bytes. Everything is passed by value, since pointers would make Go put it on the heap.
type elementwiseFunc = func(rows, cols int, data [7]*float32, strides [7]int, scalars [8]float32)

// elementwiseKernel is the index of an elementwise kernel in a table.
type elementwiseKernel int

// elementwiseTable has the kernels of an instruction set.
type elementwiseTable [elementwiseKernels]elementwiseFunc

// elementwise runs a kernel on operands whose sizes have been checked: rows x cols elements each, or one row, with a
// stride of 0. It reports whether there is such a kernel in assembly, and a plain one is not needed.
func (s *Set) elementwise(k elementwiseKernel, rows, cols int, scalars [8]float32, operands ...Matrix) bool {
	if s.elementwiseKernels == nil {
		return false
	}
	if rows == 0 || cols == 0 {
		return true
	}
	var data [7]*float32
	var strides [7]int
	for i, m := range operands {
		data[i], strides[i] = &m.Data[0], 4*m.Stride
	}
	s.elementwiseKernels[k](rows, cols, data, strides, scalars)
	return true
}

// rowVector returns v as the operand of an elementwise kernel that reads it for each row.
func rowVector(v []float32) Matrix { return Matrix{Rows: 1, Cols: len(v), Data: v} }

// requireAll panics unless all operands are rows x cols.
func requireAll(kernel string, rows, cols int, operands ...Matrix) {
	for i, m := range operands {
		require(kernel, operandNames[i], m.shape(), rows, cols)
	}
}

// operandNames are what messages call the operands of an elementwise kernel.
var operandNames = [...]string{"the first operand", "the second operand", "the third operand", "the fourth operand",
	"the fifth operand"}
