package table

import "math"

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
	s := Standardization{Mean: make([]float64, n), Std: make([]float64, n)}
	for c := range n {
		s.Mean[c], s.Std[c] = t.moments(rows, c)
	}
	return s
}

// moments returns mean and standard deviation of column c over the rows.
func (t *Table) moments(rows []int32, c int) (mean, std float64) {
	low, high, sum := math.Inf(1), math.Inf(-1), 0.0
	for _, r := range rows {
		v := t.row(int(r))[c]
		low, high = min(low, v), max(high, v)
		sum += v
	}
	if low == high { // a rounded mean could differ from the values, and the tiny differences would be scaled to 1
		return low, ConstantStd
	}
	count := float64(len(rows))
	mean = sum / count
	squares := 0.0
	for _, r := range rows {
		d := t.row(int(r))[c] - mean
		squares += float64(d * d)
	}
	if std = math.Sqrt(squares / count); std == 0 { // so close together that the squares underflow
		std = ConstantStd
	}
	return mean, std
}

// Apply computes dst = (values - Mean) / Std, clamped to the range of float32.
func (s Standardization) Apply(dst []float32, values []float64) {
	for c, v := range values {
		z := (v - s.Mean[c]) / s.Std[c]
		dst[c] = float32(min(max(z, -math.MaxFloat32), math.MaxFloat32))
	}
}
