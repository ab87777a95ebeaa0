package chain

// Transpose returns the transpose of a matrix of so many rows and columns, row-major: of PyTorch's weight, Keras's kernel.
func Transpose(m []float32, rows, columns int) []float32 {
	const tile = 16 // so that both matrices are used by whole cache lines
	t := make([]float32, len(m))
	for top := 0; top < rows; top += tile {
		for left := 0; left < columns; left += tile {
			for r := top; r < min(top+tile, rows); r++ {
				for c := left; c < min(left+tile, columns); c++ {
					t[c*rows+r] = m[r*columns+c]
				}
			}
		}
	}
	return t
}
