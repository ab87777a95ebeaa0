package augment

// firstBump is the index of the first bump among the functions of a basis, after the constant and the distance.
const firstBump = 2

// newBasis returns the functions of one axis, [functions][size]: the constant 1, the distance from the center, and
// those of the field, if there is one.
func newBasis(size int, all Distortions) [][]float32 {
	constant, distance := make([]float32, size), make([]float32, size)
	for i := range size {
		constant[i], distance[i] = 1, float32(i)-center(size)
	}
	basis := [][]float32{constant, distance}
	for _, d := range all {
		if f, ok := d.(field); ok {
			basis = append(basis, f.functions(size)...)
		}
	}
	return basis
}

// center returns the coordinate of the middle of an axis of size pixels, whose coordinates begin at 0.
func center(size int) float32 { return float32(size-1) / 2 }
