package augment

// bumps is where the bumps of a field begin among the functions of a basis; before them come the constant and the distance
// from the center.
const bumps = 2

// newBasis returns the functions of one axis that the points of an image are sums of, each at that many pixels: 1, the
// distance from the center, and those of a field, if there is one.
func newBasis(size int, r Ranges) [][]float32 {
	constant, distance := make([]float32, size), make([]float32, size)
	for i := range size {
		constant[i], distance[i] = 1, float32(i)-center(size)
	}
	basis := [][]float32{constant, distance}
	for _, d := range r {
		if f, ok := d.(field); ok {
			basis = append(basis, f.functions(size)...)
		}
	}
	return basis
}

// center returns the middle of that many pixels, whose coordinates begin at 0.
func center(size int) float32 { return float32(size-1) / 2 }
