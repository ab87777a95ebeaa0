package main

import "slices"

// median returns the middle one of the values, or the mean of the two in the middle. There must be one at least.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// steady returns the median of what a program took for each of several like things, without the first, in which it may
// have compiled or loaded something; if there is only one, that.
func steady(values []float64) float64 {
	if len(values) > 1 {
		values = values[1:]
	}
	return median(values)
}
