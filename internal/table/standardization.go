package table

import (
	"math"
	"slices"
)

// Standardization maps each value x of a column to (x - Mean) / Std, so that the training rows have mean 0 and standard
// deviation 1. Keras's Normalization does the same after adapt. A model file keeps it, since the model's inputs must
// always be standardized as they were in training.
type Standardization struct {
	Mean []float64 `json:"mean"` // of each column
	Std  []float64 `json:"std"`  // of each column, with divisor n; ConstantStd for a column of equal values
}

// ConstantStd stands in for the standard deviation 0 of a constant column. Divided by it, every value that a table can
// hold is 0 in float32, as the column was in training, and programs that compute (x - mean) / std need no special case.
// Older model files have 1 there, and so pass the difference from the mean on as it is.
const ConstantStd = math.MaxFloat64

// FitStandardization computes the standardization from the given rows, of which there must be at least one. It sums in
// float64, in the order of rows.
func (t *Table) FitStandardization(rows []int32) Standardization {
	n := len(t.Columns)
	row := make([]float64, n)
	t.values.Row(int(rows[0]), row)
	low, high, squares := slices.Clone(row), slices.Clone(row), make([]float64, n)
	s := Standardization{Mean: make([]float64, n), Std: make([]float64, n)}
	for _, r := range rows {
		t.values.Row(int(r), row)
		for c, v := range row {
			low[c], high[c] = min(low[c], v), max(high[c], v)
			s.Mean[c] += v
		}
	}
	count := float64(len(rows))
	for c := range s.Mean {
		s.Mean[c] /= count
	}
	for _, r := range rows {
		t.values.Row(int(r), row)
		for c, v := range row {
			d := v - s.Mean[c]
			squares[c] += float64(d * d)
		}
	}
	for c := range s.Std {
		s.Std[c] = math.Sqrt(squares[c] / count)
		if low[c] == high[c] { // a rounded mean could differ from the values, and the tiny differences would be scaled to 1
			s.Mean[c], s.Std[c] = low[c], ConstantStd
		}
		if s.Std[c] == 0 { // values so close together that the squares underflow
			s.Std[c] = ConstantStd
		}
	}
	return s
}

// Apply computes dst = (values - Mean) / Std, clamped to the range of float32.
func (s Standardization) Apply(dst []float32, values []float64) {
	for c, v := range values {
		z := (v - s.Mean[c]) / s.Std[c]
		dst[c] = float32(min(max(z, -math.MaxFloat32), math.MaxFloat32))
	}
}
