// Package table brings a CSV file of numbers and one column of classes into memory: it reads and checks the file, parts its
// rows into training, validation and test, standardizes the numbers, and hands them on as samples. It knows nothing of
// networks' layers, of terminals or of flags.
//
// The story: Read makes a Table of a file; Divide says which rows are for what; FitStandardization looks at the training
// rows; Samples gives what a network reads.
package table

import "dnn/internal/nn/batch"

// Table is a CSV file in memory.
type Table struct {
	Path    string
	Columns []string  // names of the feature columns, in the file's order, or in that of Options.Columns
	Target  string    // name of the column of classes
	Classes []string  // see sortClasses
	Values  []float64 // [rows, columns], row-major, as the file has them
	Labels  []uint8   // [rows]: which of Classes
	Hash    string    // SHA-256 of the file, in hex
	Fields  int       // of each line: columns, target, and what was not read
}

// Rows returns the number of rows.
func (t *Table) Rows() int { return len(t.Labels) }

// row returns the values of row r.
func (t *Table) row(r int) []float64 {
	n := len(t.Columns)
	return t.Values[r*n : (r+1)*n]
}

// Samples returns the given rows, in their order, with the standardized values as features.
func (t *Table) Samples(rows []int32, s Standardization) *batch.Samples {
	samples := &batch.Samples{
		Count: len(rows), Features: len(t.Columns),
		Floats: make([]float32, len(rows)*len(t.Columns)), Labels: make([]uint8, len(rows)),
	}
	for i, r := range rows {
		s.Apply(samples.Floats[i*samples.Features:], t.row(int(r)))
		samples.Labels[i] = t.Labels[r]
	}
	return samples
}
