package table

import (
	"dnn/internal/fault"
	"dnn/internal/nn/batch"
	"dnn/internal/random"
)

// Division says how to divide the rows of a table.
type Division struct {
	Test       int    // number of test rows
	Validation int    // number of validation rows
	Tail       bool   // the validation rows are the last ones in the random order; else they are stratified
	Seed       uint64 // of the random order and the draws
	TestFile   bool   // the test rows are in another file, and Test is 0
}

// Parts are the indices of the rows for each purpose. Every row is in exactly one of them.
type Parts struct {
	Train      []int32 // in random order
	Validation []int32
	Test       []int32
}

// Divide draws test rows, with the same fraction of each class. It puts the other rows into random order, since a file
// is often sorted by class and the last rows would then be of one class, and takes the validation rows out of them. The
// test rows depend on the file, Division.Test and the seed only.
func (t *Table) Divide(d Division) (Parts, error) {
	var p Parts
	var rest []int32
	rest, p.Test = batch.Stratified(t.Labels, d.Test, random.NewKey(d.Seed, "table/test", 0))
	if len(p.Test) == 0 && !d.TestFile {
		return Parts{}, t.NoTest()
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

// NoTest is the error of a table from which no test rows can be drawn.
func (t *Table) NoTest() error {
	return fault.New(fault.Data, t.Path, "%d rows of %d classes leave none to test on", t.Rows(), len(t.Classes)).
		WithHint("a part for testing needs several rows of a class")
}

// stratified takes n of the given rows, with the same fraction of each class. Both results keep the order of rows.
func (t *Table) stratified(rows []int32, n int, key random.Key) (rest, heldOut []int32) {
	labels := make([]uint8, len(rows))
	for i, r := range rows {
		labels[i] = t.Labels[r]
	}
	rest, heldOut = batch.Stratified(labels, n, key)
	for _, indices := range [][]int32{rest, heldOut} {
		for i, at := range indices {
			indices[i] = rows[at]
		}
	}
	return rest, heldOut
}
