package paired

import "slices"

// Median returns the middle of the values, or the mean of the two in the middle. There must be at least one value.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Mean returns the arithmetic mean of the values. There must be at least one value.
func Mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Steady returns the median of the times of repeated work, without the first, in which a program may compile or load
// something. If there is only one, it is returned.
func Steady(values []float64) float64 {
	if len(values) > 1 {
		values = values[1:]
	}
	return Median(values)
}
