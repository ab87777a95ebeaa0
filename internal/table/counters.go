package table

import "math"

// fewRows is the largest number of rows of which a column of 1, 2, 3, … may well be a measurement.
const fewRows = 10

// Counters returns the names of the columns that number the rows: their n values are consecutive whole numbers, each
// once, in any order. Such a column says nothing about a new row. If the file was sorted by class when its rows were
// numbered, the column even gives the class away.
func (t *Table) Counters() []string {
	if t.Rows() <= fewRows {
		return nil
	}
	var counters []string
	for c, name := range t.Columns {
		if t.isCounter(c) {
			counters = append(counters, name)
		}
	}
	return counters
}

// isCounter reports whether column c numbers the rows. If it does not, the first few rows nearly always show it.
func (t *Table) isCounter(c int) bool {
	n := t.Rows()
	first := t.row(0)[c]
	seen := map[float64]bool{}
	low, high := first, first
	for r := range n {
		v := t.row(r)[c]
		low, high = min(low, v), max(high, v)
		if v != math.Trunc(v) || high-low >= float64(n) || seen[v] {
			return false
		}
		seen[v] = true
	}
	return high-low == float64(n-1)
}
