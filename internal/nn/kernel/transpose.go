package kernel

// Transpose computes DST[c, r] = SRC[r, c].
func (s *Set) Transpose(dst, src Matrix) {
	require("Transpose", "src", src.shape(), src.Rows, src.Cols)
	require("Transpose", "dst", dst.shape(), src.Cols, src.Rows)
	if src.Rows > 0 && src.Cols > 0 {
		s.transpose(dst, src)
	}
}

func transpose(dst, src Matrix) {
	for r := range src.Rows {
		for c, v := range src.Row(r) {
			dst.Data[c*dst.Stride+r] = v
		}
	}
}

// copyRows copies src to dst, a matrix of the same size.
func copyRows(dst, src Matrix) {
	for r := range src.Rows {
		copy(dst.Data[r*dst.Stride:], src.Row(r))
	}
}

// TransposeBytes computes DST[c, r] = SRC[r, c].
func (s *Set) TransposeBytes(dst, src Bytes) {
	require("TransposeBytes", "src", src.shape(), src.Rows, src.Cols)
	require("TransposeBytes", "dst", dst.shape(), src.Cols, src.Rows)
	if src.Rows > 0 && src.Cols > 0 {
		s.transposeBytes(dst, src)
	}
}

func transposeBytes(dst, src Bytes) {
	for r := range src.Rows {
		for c, v := range src.Row(r) {
			dst.Data[c*dst.Stride+r] = v
		}
	}
}
