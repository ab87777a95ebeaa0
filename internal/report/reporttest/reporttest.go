// Package reporttest is what the tests of pages and pictures share. Nothing but tests imports it.
package reporttest

import (
	"testing"

	"dnn/internal/report"
)

// Confusion returns the table in which counts[i][j] samples of class i are taken for class j.
func Confusion(t *testing.T, counts [][]int, classes ...string) *report.Confusion {
	t.Helper()
	var labels, predictions []int
	for i, row := range counts {
		for j, n := range row {
			for range n {
				labels, predictions = append(labels, i), append(predictions, j)
			}
		}
	}
	c, err := report.NewConfusion(labels, predictions, classes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
