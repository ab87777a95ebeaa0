package nn

// Shape is the shape of one sample somewhere in a network: [units] after a Dense layer. A batch there is a matrix of as many
// columns as Size says, each row a sample in row-major order.
type Shape []int

// Size returns the number of values in one sample.
func (s Shape) Size() int {
	size := 1
	for _, n := range s {
		size *= n
	}
	return size
}
