// Package table reads CSV files with columns of numbers and one column of classes. It knows nothing of networks,
// terminals or flags.
//
// A scanner divides a file into records. The columns may be the pixels of an image: then they are kept as bytes, and
// nothing is standardized. ReadInputs reads rows without classes.
//
// Read reads a file into a Table and checks it; Divide divides the rows into training, validation and test rows;
// FitStandardization computes mean and standard deviation of each column over the training rows; Samples returns
// standardized rows, which a network can read.
package table

import (
	"dnn/internal/nn/batch"
	"dnn/internal/table/decimal"
)

// Table is a CSV file in memory.
type Table struct {
	Path    string
	Columns []string // names of the feature columns, in the order of Options.Columns if given, else of the file
	Classes []string // in the order of Options.Classes if given, else sorted (see sortClasses)
	Labels  []uint8  // [rows], indices into Classes
	Hash    string   // SHA-256 of the file, in hex
	Fields  int      // number of fields of a line, also of those that are not read

	Height, Width int     // of an image, in pixels; 0 for numbers
	Pixels        []uint8 // [rows, Height*Width], row by row of each image; nil for numbers

	values *decimal.Rows // [rows, columns], as the file has them; nil for images
}

// Rows returns the number of rows.
func (t *Table) Rows() int { return len(t.Labels) }

// Images returns all rows, which are images, as samples. Nothing is copied.
func (t *Table) Images() *batch.Samples {
	return &batch.Samples{
		Count: t.Rows(), Features: t.Height * t.Width, Bytes: t.Pixels, Table: batch.PixelTable(), Labels: t.Labels,
	}
}

// Samples returns the given rows as samples, in the order of rows. The features are the standardized values.
func (t *Table) Samples(rows []int32, s Standardization) *batch.Samples {
	samples := &batch.Samples{
		Count: len(rows), Features: len(t.Columns),
		Floats: make([]float32, len(rows)*len(t.Columns)), Labels: make([]uint8, len(rows)),
	}
	row := make([]float64, len(t.Columns))
	for i, r := range rows {
		t.values.Row(int(r), row)
		s.Apply(samples.Floats[i*samples.Features:], row)
		samples.Labels[i] = t.Labels[r]
	}
	return samples
}
