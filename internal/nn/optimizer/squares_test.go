package optimizer

import (
	"testing"

	"dnn/internal/nn/kernel"
)

// The sum of squares is over the elements and not over the padding.
func TestSquares(t *testing.T) {
	m := kernel.NewMatrix(3, 21)
	for i := range m.Data {
		m.Data[i] = 1000
	}
	for r := range m.Rows {
		for c, v := 0, m.Row(r); c < len(v); c++ {
			v[c] = float32(r + c)
		}
	}
	want := 0.0
	for r := range 3 {
		for c := range 21 {
			want += float64((r + c) * (r + c))
		}
	}
	if got := squares(m); got != want {
		t.Errorf("wanted %v, found %v", want, got)
	}
}
