package table

import "math"

// fewRows is up to how many rows a column of 1, 2, 3, … may well be a measurement.
const fewRows = 10

// Counters returns the columns that number the rows: their values are n whole numbers that follow one another, each once, in
// whatever order. Such a column tells a row from the others and nothing else; where the file was sorted by class when the
// rows were numbered, it gives the class away.
func (t *Table) Counters() []string {
	if t.Rows() <= fewRows {
		return nil
	}
	var counters []string
	for c, name := range t.Columns {
		if t.counts(c) {
			counters = append(counters, name)
		}
	}
	return counters
}

// counts tells whether column c numbers the rows. Of a column that does not, the first few rows nearly always show it.
func (t *Table) counts(c int) bool {
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
