// Package reporttest is for the tests of packages that show a report.
package reporttest

import (
	"testing"

	"dnn/internal/report"
)

// Confusion returns the table of a network that takes counts[i][j] samples of class i for class j.
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
