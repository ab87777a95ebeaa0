package table

import (
	"dnn/internal/fault"
	"dnn/internal/nn/batch"
	"dnn/internal/random"
)

// Division says how many rows are for what.
type Division struct {
	Test       int    // rows that test, of all
	Validation int    // rows that validate, of those that do not test
	Tail       bool   // validate on the last of the rows that do not test; else on a stratified part of them
	Seed       uint64 // of the draws
	TestFile   bool   // the rows of another file test, and Test is 0
}

// Parts are the rows for each purpose. Together they are all rows, each once.
type Parts struct {
	Train      []int32 // in random order
	Validation []int32
	Test       []int32
}

// Divide draws a part for testing that has the same share of each class, puts the others into random order (a file is often
// sorted by class, and its tail would then be one class), and takes the validation part from them. The same seed, file and
// Division.Test give the same test rows, whatever else changes.
func (t *Table) Divide(d Division) (Parts, error) {
	var p Parts
	var rest []int32
	rest, p.Test = batch.Stratified(t.Labels, d.Test, random.NewKey(d.Seed, "table/test", 0))
	if len(p.Test) == 0 && !d.TestFile {
		return Parts{}, fault.New(fault.Data, t.Path, "%d rows of %d classes leave none to test on", t.Rows(), len(t.Classes)).
			WithHint("a part for testing needs several rows of a class")
	}
	random.Shuffle(random.Stream(d.Seed, "table/order", 0), rest)
	if d.Tail {
		at := max(len(rest)-d.Validation, 0)
		p.Train, p.Validation = rest[:at], rest[at:]
	} else {
		p.Train, p.Validation = t.stratified(rest, d.Validation, random.NewKey(d.Seed, "table/validation", 0))
	}
	if len(p.Train) == 0 {
		return Parts{}, fault.New(fault.Data, t.Path, "%d rows leave none to train on", t.Rows())
	}
	return p, nil
}

// stratified is batch.Stratified of some rows, in their order.
func (t *Table) stratified(rows []int32, n int, key random.Key) (rest, held []int32) {
	labels := make([]uint8, len(rows))
	for i, r := range rows {
		labels[i] = t.Labels[r]
	}
	rest, held = batch.Stratified(labels, n, key)
	for _, part := range [][]int32{rest, held} {
		for i, at := range part {
			part[i] = rows[at]
		}
	}
	return rest, held
}
