package dataset

import (
	"fmt"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/table"
)

// tables are the CSV files of a data set.
type tables struct {
	train    *table.Table
	testFile bool         // whether the rows of another file test, and none of train's
	test     *table.Table // that file; nil where it is not at hand
}

// tableSource is a data set of CSV files. A model that is to read it, if there is one, has learned a part of it, or
// nothing.
func tableSource(d config.Dataset, model *Learned) (*Source, error) {
	switch {
	case model == nil:
		t, err := readTables(d, nil)
		if err == nil && !t.testFile {
			err = checkTestSplit(d, t.train, testRows(t.train.Rows(), d.TestSplit))
		}
		if err != nil {
			return nil, err
		}
		return t.source(d, nil), nil
	case d.Test != "" && len(model.Classes) > 0:
		return testSource(d, model)
	}
	t, err := readTables(d, model)
	if err != nil {
		return nil, err
	}
	switch learned, _, _ := strings.Cut(model.Hash, hashSeparator); {
	case t.hash() == model.Hash:
	case t.train.Hash == learned:
		t.testFile = true
	default:
		return allTest(t.train, model.Standard), nil
	}
	return t.source(d, &model.Standard), nil
}

// testSource is a data set whose test file has been read for a model. The other file is only looked at for whether it
// has changed, unless its rows are asked for.
func testSource(d config.Dataset, model *Learned) (*Source, error) {
	learned, err := table.Hash(d.CSV)
	if err != nil {
		return nil, err
	}
	test, err := table.Read(tableOptions(d, d.Test, model))
	if err != nil {
		return nil, err
	}
	s := allTest(test, model.Standard)
	load := s.load
	s.load = func(o Options) (*Data, error) {
		if !o.TestOnly {
			t, err := readTables(d, model)
			if err != nil {
				return nil, err
			}
			return t.source(d, &model.Standard).load(o)
		}
		data, err := load(o)
		if err == nil {
			data.Hash = learned + hashSeparator + test.Hash
		}
		return data, err
	}
	return s, nil
}

// allTest is a table all rows of which test: a model has not learned them.
func allTest(t *table.Table, standard table.Standardization) *Source {
	s := &Source{Features: len(t.Columns), Classes: t.Classes, Columns: t.Columns}
	s.load = func(Options) (*Data, error) {
		return inMemory(Data{Hash: t.Hash, Test: t.Samples(allRows(t), standard)}), nil
	}
	return s
}

// readTables reads the CSV files of an experiment. The columns and classes of a model that is to read them come in the
// model's order.
func readTables(d config.Dataset, model *Learned) (tables, error) {
	own, err := table.Read(tableOptions(d, d.CSV, model))
	if err != nil || d.Test == "" {
		return tables{train: own}, err
	}
	o := tableOptions(d, d.Test, nil)
	o.Columns, o.Classes, o.Like = own.Columns, own.Classes, own
	test, err := table.Read(o)
	if err != nil {
		return tables{}, err
	}
	if test.Hash == own.Hash {
		return tables{}, fault.New(fault.Config, "dataset",
			"test: wanted other rows than those of %s, found the same in %s", d.CSV, d.Test).
			WithHint("a network that is tested on what it has learned shows nothing; without test, test_split holds " +
				"rows back")
	}
	return tables{train: own, testFile: true, test: test}, nil
}

// tableOptions says how the file at path is read, one of d or in its place. A model says what the columns and classes
// are.
func tableOptions(d config.Dataset, path string, model *Learned) table.Options {
	o := table.Options{Path: path, Target: d.Target, NoHeader: d.NoHeader, Ignore: d.Ignore}
	if model != nil {
		o.Columns, o.Classes = model.Columns, model.Classes
	}
	return o
}

// hashSeparator stands between the hashes of the two files. That of a model tells by it which rows were learned.
const hashSeparator = " "

// hash identifies what the files hold.
func (t tables) hash() string {
	if t.test == nil {
		return t.train.Hash
	}
	return t.train.Hash + hashSeparator + t.test.Hash
}

// source is the data set of the tables. Without a standardization, the training rows give it.
func (t tables) source(d config.Dataset, standard *table.Standardization) *Source {
	own, test := t.train, 0
	if !t.testFile {
		test = testRows(own.Rows(), d.TestSplit)
	}
	s := &Source{Features: len(own.Columns), Classes: own.Classes, Columns: own.Columns, Count: own.Rows() - test}
	s.notes = func() []string { return counterNotes(d, own) }
	s.load = func(o Options) (*Data, error) {
		parts, err := own.Divide(table.Division{
			Test: test, TestFile: t.testFile, Validation: o.Validation(s.Count), Tail: !o.Stratified, Seed: o.Seed,
		})
		if err != nil {
			return nil, err
		}
		data := inMemory(Data{Hash: t.hash(), Columns: own.Columns})
		if standard != nil {
			data.Standard = *standard
		} else {
			data.Standard = own.FitStandardization(parts.Train)
		}
		data.Train = own.Samples(parts.Train, data.Standard)
		switch {
		case !t.testFile:
			data.Test = own.Samples(parts.Test, data.Standard)
		case t.test != nil:
			data.Test = t.test.Samples(allRows(t.test), data.Standard)
		}
		if len(parts.Validation) > 0 {
			data.Validation = own.Samples(parts.Validation, data.Standard)
		}
		return data, nil
	}
	return s
}

// NewFrom is New for a table whose rows seed parts, and a run that starts from the weights of the model: the columns
// and classes, which are those that the model knows, are taken in its order, and no row may test that it was trained
// on.
func NewFrom(d config.Dataset, seed uint64, model *Learned) (*Source, error) {
	t, err := readTables(d, model)
	if err != nil {
		return nil, err
	}
	if err := t.unlearned(d, seed, model); err != nil {
		return nil, err
	}
	return t.source(d, &model.Standard), nil
}

// unlearned refuses to test on rows that a model was trained on: those of its own table, by another division, or those
// of the file that it learned from. The division follows from the settings alone, also for eval, so that they have to
// be the model's.
func (t tables) unlearned(d config.Dataset, seed uint64, model *Learned) error {
	from, tests := model.From, t.train.Hash
	if t.testFile {
		tests = t.test.Hash
	}
	learned, _, hadTest := strings.Cut(model.Hash, hashSeparator)
	if tests != learned {
		return nil
	}
	const hint = "the model was trained on this table: " +
		"with another split it would be tested on rows that it has learned"
	switch {
	case t.testFile:
		return fault.New(fault.Config, "dataset",
			"test: wanted other rows than those that %s was trained on, found them in %s", from, d.Test)
	case hadTest:
		return fault.New(fault.Config, "dataset", "wanted test: {csv: FILE}, as %s has, found a part of %s that tests",
			from, d.CSV).WithHint(hint)
	}
	trained, err := config.Stored(from, model.Config)
	if err != nil {
		return err
	}
	if trained.Dataset.TestSplit != d.TestSplit {
		return fault.New(fault.Config, "dataset", "test_split: wanted %v, as %s has, found %v",
			trained.Dataset.TestSplit, from, d.TestSplit).WithHint(hint)
	}
	if drew := trained.SplitSeed(); drew != seed {
		key, where := "split_seed: ", "dataset"
		if d.SplitSeed == nil {
			key, where = "", "seed"
		}
		return fault.New(fault.Config, where, "%swanted %d, which drew the test rows of %s, found %d",
			key, drew, from, seed).
			WithHint(hint+"; with split_seed: %d in dataset, seed may be any", drew)
	}
	return nil
}

// testRows returns how many of n rows test, rounded down. The share is a decimal number: 0.29 of 100 are 29, though the
// product of float64s is 28.999….
func testRows(n int, split float64) int { return int(float64(float64(n)*split) + 1e-9) }

// counterNotes says which columns of the table t seem to number its rows.
func counterNotes(d config.Dataset, t *table.Table) []string {
	var notes []string
	for _, column := range t.Counters() {
		notes = append(notes, fmt.Sprintf("%s: the column %s numbers the rows, and can tell no class of a row "+
			"that is new: ignore: [%s] in dataset leaves it out", d, column, column))
	}
	return notes
}

// checkTestSplit refuses a share of the rows that leaves none to test on, or too few for a training row of each class.
func checkTestSplit(d config.Dataset, t *table.Table, test int) error {
	switch {
	case test < 1:
		return fault.New(fault.Config, "dataset", "test_split: %v of the %s of %s leaves none to test on",
			d.TestSplit, fault.Count(t.Rows(), "row"), d).
			WithHint("a larger test_split (0.2 if the key is not there), or a table of more rows")
	case t.Rows()-test < len(t.Classes):
		return fault.New(fault.Config, "dataset",
			"test_split: %v of the %s of %s leaves %d to train on, wanted one of each of %s",
			d.TestSplit, fault.Count(t.Rows(), "row"), d, t.Rows()-test, fault.Count(len(t.Classes), "class")).
			WithHint("a smaller test_split (0.2 if the key is not there), or a table of more rows")
	}
	return nil
}

func allRows(t *table.Table) []int32 {
	rows := make([]int32, t.Rows())
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}
