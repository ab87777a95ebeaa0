package table

import "math"

// Standardization shifts and scales each column x to (x - Mean) / Std, so that the training rows have mean 0 and standard
// deviation 1: what Keras's Normalization does after adapt. A model keeps it, since it was trained on what it gave.
type Standardization struct {
	Mean []float64 `json:"mean"` // of each column
	Std  []float64 `json:"std"`  // of each column, with divisor n; ConstantStd for a column whose values are all the same
}

// ConstantStd is the standard deviation of a column without one: divided by it, any difference that a table can hold is 0 in
// float32. So the column gives what it gave in training, nothing, whatever it holds later, and a model that says so is read
// right by any program that computes (x - mean) / std. Models of before have 1 there, and take the difference as it is.
const ConstantStd = math.MaxFloat64

// FitStandardization returns the one for the given rows, of which there must be at least one. Sums are float64, in the
// rows' order.
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
	if low == high { // exactly: a rounded mean would leave differences, and dividing by those would blow them up
		return low, ConstantStd
	}
	count := float64(len(rows))
	mean = sum / count
	squares := 0.0
	for _, r := range rows {
		d := t.row(int(r))[c] - mean
		squares += float64(d * d)
	}
	if std = math.Sqrt(squares / count); std == 0 { // differences whose squares are 0, as they are in float32
		std = ConstantStd
	}
	return mean, std
}

// Apply computes dst = (values - Mean) / Std, kept within float32.
func (s Standardization) Apply(dst []float32, values []float64) {
	for c, v := range values {
		z := (v - s.Mean[c]) / s.Std[c]
		dst[c] = float32(min(max(z, -math.MaxFloat32), math.MaxFloat32))
	}
}
