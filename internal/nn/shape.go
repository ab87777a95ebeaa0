package nn

// Shape is the shape of one sample between two layers: [units] after a Dense layer. A batch is a matrix of Size
// columns, in which each row is a sample in row-major order.
type Shape []int

// Size returns the number of values in one sample.
func (s Shape) Size() int {
	size := 1
	for _, n := range s {
		size *= n
	}
	return size
}
