package paired

import "slices"

// Median returns the middle one of the values, or the mean of the two in the middle. There must be one at least.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Steady returns the median of what a program took for each of several like things, without the first, in which it may
// have compiled or loaded something; if there is only one, that.
func Steady(values []float64) float64 {
	if len(values) > 1 {
		values = values[1:]
	}
	return Median(values)
}
