package table

import (
	"math"
	"slices"
)

// fewRows is the largest number of rows of which a column of 1, 2, 3, … may well be a measurement.
const fewRows = 10

// Counters returns the names of the columns that number the rows: their n values are consecutive whole numbers, each
// once, in any order. Such a column says nothing about a new row. If the file was sorted by class when its rows were
// numbered, the column even gives the class away.
func (t *Table) Counters() []string {
	n := t.Rows()
	if n <= fewRows {
		return nil
	}
	begin := make([][]float64, fewRows)
	for r := range begin {
		begin[r] = make([]float64, len(t.Columns))
		t.values.Row(r, begin[r])
	}
	var candidates []int
	for c := range t.Columns {
		if mayCount(begin, c, n) {
			candidates = append(candidates, c)
		}
	}
	if candidates == nil {
		return nil
	}
	columns := t.wholeColumns(candidates)
	var counters []string
	for i, c := range candidates {
		if columns[i] != nil && consecutive(columns[i]) {
			counters = append(counters, t.Columns[c])
		}
	}
	return counters
}

// mayCount reports whether the first rows of column c may be n consecutive whole numbers. Of nearly all columns they are
// not.
func mayCount(rows [][]float64, c, n int) bool {
	for r, row := range rows {
		v := row[c]
		for _, before := range rows[:r] {
			if before[c] == v || math.Abs(before[c]-v) >= float64(n) {
				return false
			}
		}
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// wholeColumns returns the numbers of some columns, and nil for those that are not whole or far from the first.
func (t *Table) wholeColumns(columns []int) [][]int64 {
	n := t.Rows()
	whole := make([][]int64, len(columns))
	row := make([]float64, len(t.Columns))
	first := make([]float64, len(columns))
	for r := range n {
		t.values.Row(r, row)
		for i, c := range columns {
			switch v := row[c]; {
			case r == 0:
				first[i] = v
				whole[i] = append(make([]int64, 0, n), 0)
			case v != math.Trunc(v) || math.Abs(v-first[i]) >= float64(n):
				whole[i] = nil
			case whole[i] != nil:
				whole[i] = append(whole[i], int64(v-first[i]))
			}
		}
	}
	return whole
}

// consecutive sorts the numbers and reports whether each is the one before it plus 1.
func consecutive(numbers []int64) bool {
	slices.Sort(numbers)
	for i, v := range numbers[1:] {
		if v != numbers[i]+1 {
			return false
		}
	}
	return true
}
