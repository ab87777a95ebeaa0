package dataset

import (
	"fmt"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/nn/batch"
	"dnn/internal/random"
	"dnn/internal/table"
)

// tables are the CSV files of a data set: either one, from which test rows are drawn, or a training and a test file.
type tables struct {
	train    *table.Table
	testFile bool         // there is a test file, so no row of train tests
	test     *table.Table // the test file; nil if the model was trained with one that the config does not name
}

// tableSource returns the source of a data set of CSV files. Without a model, the rows are split as the config says.
// With one, the split is that of its training if the files are the same; if they are not, the model has seen none of
// the rows, and all of them test.
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
	switch trainHash, _, _ := strings.Cut(model.Hash, hashSeparator); {
	case t.hash() == model.Hash:
	case t.train.Hash == trainHash: // with another test file, or with one where there was none, or the reverse
		t.testFile = true
	default:
		return testOnly(t.train, model.Standard), nil
	}
	return t.source(d, &model.Standard), nil
}

// testSource returns the source of a data set with a test file, for a model. It reads the test file and hashes the
// training file, which is read only if Load is asked for more than the test samples.
func testSource(d config.Dataset, model *Learned) (*Source, error) {
	trainHash, err := table.Hash(d.CSV)
	if err != nil {
		return nil, err
	}
	trainHash = hashOf(trainHash, d.Transpose)
	test, err := readTable(tableOptions(d, d.Test, model))
	if err != nil {
		return nil, err
	}
	s := testOnly(test, model.Standard)
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
			data.Hash = trainHash + hashSeparator + test.Hash
		}
		return data, err
	}
	return s, nil
}

// testOnly returns the source of a table whose rows all test.
func testOnly(t *table.Table, standard table.Standardization) *Source {
	s := describe(t)
	s.load = func(Options) (*Data, error) {
		return inMemory(Data{Hash: t.Hash, Test: allSamples(t, standard)}), nil
	}
	return s
}

// describe returns what the rows of a table are.
func describe(t *table.Table) *Source {
	s := &Source{Features: len(t.Columns), Classes: t.Classes, Columns: t.Columns, Height: t.Height, Width: t.Width}
	if t.Height > 0 {
		s.Columns = nil
	}
	return s
}

// allSamples returns all rows of a table as samples.
func allSamples(t *table.Table, standard table.Standardization) *batch.Samples {
	if t.Height > 0 {
		return t.Images()
	}
	return t.Samples(allRows(t), standard)
}

// readTable reads a CSV file. Its hash tells whether it is read transposed.
func readTable(o table.Options) (*table.Table, error) {
	t, err := table.Read(o)
	if err == nil {
		t.Hash = hashOf(t.Hash, o.Transpose)
	}
	return t, err
}

// readTables reads the CSV files of an experiment. With a model, columns and classes are in the model's order. The test
// file must have the columns and classes of the training file, and must not be the same file.
func readTables(d config.Dataset, model *Learned) (tables, error) {
	train, err := readTable(tableOptions(d, d.CSV, model))
	if err != nil || d.Test == "" {
		return tables{train: train}, err
	}
	o := tableOptions(d, d.Test, nil)
	o.Columns, o.Classes, o.Like = train.Columns, train.Classes, train
	test, err := readTable(o)
	if err != nil {
		return tables{}, err
	}
	if test.Hash == train.Hash {
		return tables{}, fault.New(fault.Config, "dataset",
			"test: wanted other rows than those of %s, found the same in %s", d.CSV, d.Test).
			WithHint("a network that is tested on what it has learned shows nothing; without test, test_split holds " +
				"rows back")
	}
	return tables{train: train, testFile: true, test: test}, nil
}

// tableOptions returns how to read the file at path as a file of d. A model, if there is one, fixes columns and
// classes.
func tableOptions(d config.Dataset, path string, model *Learned) table.Options {
	o := table.Options{
		Path: path, Target: d.Target, NoHeader: d.NoHeader, Ignore: d.Ignore,
		Height: d.Image[0], Width: d.Image[1], Transpose: d.Transpose,
	}
	if model != nil {
		o.Columns, o.Classes = model.Columns, model.Classes
	}
	return o
}

// hashSeparator stands between the hashes of a training and a test file. The part before it tells whether a model was
// trained on a file.
const hashSeparator = " "

// hash identifies what the files hold.
func (t tables) hash() string {
	if t.test == nil {
		return t.train.Hash
	}
	return t.train.Hash + hashSeparator + t.test.Hash
}

// source returns the source of the tables. If standard is nil, Load computes the standardization from the training
// rows.
func (t tables) source(d config.Dataset, standard *table.Standardization) *Source {
	train, test := t.train, 0
	if !t.testFile {
		test = testRows(train.Rows(), d.TestSplit)
	}
	s := describe(train)
	s.Hash = t.hash()
	s.Count = train.Rows() - test
	if train.Height > 0 {
		s.load = func(o Options) (*Data, error) { return t.images(test, o) }
		return s
	}
	s.notes = func() []string { return counterNotes(d, train) }
	s.load = func(o Options) (*Data, error) {
		parts, err := train.Divide(table.Division{
			Test: test, TestFile: t.testFile, Validation: o.Validation(s.Count), Tail: !o.Stratified, Seed: o.Seed,
		})
		if err != nil {
			return nil, err
		}
		data := inMemory(Data{Hash: t.hash(), Columns: train.Columns})
		if standard != nil {
			data.Standard = *standard
		} else {
			data.Standard = train.FitStandardization(parts.Train)
		}
		data.Train = train.Samples(parts.Train, data.Standard)
		switch {
		case !t.testFile:
			data.Test = train.Samples(parts.Test, data.Standard)
		case t.test != nil:
			data.Test = allSamples(t.test, data.Standard)
		}
		if len(parts.Validation) > 0 {
			data.Validation = train.Samples(parts.Validation, data.Standard)
		}
		return data, nil
	}
	return s
}

// images returns rows that are images, of which so many test if there is no test file. They stay in the order of the
// file, as those of IDX files do, and are split as those are: the same images give the same samples.
func (t tables) images(test int, o Options) (*Data, error) {
	data := inMemory(Data{Hash: t.hash()})
	all := t.train.Images()
	switch {
	case !t.testFile:
		rest, drawn := batch.Stratified(all.Labels, test, random.NewKey(o.Seed, "table/test", 0))
		if len(drawn) == 0 {
			return nil, t.train.NoTest()
		}
		all, data.Test = all.Select(rest), all.Select(drawn)
	case t.test != nil:
		data.Test = t.test.Images()
	}
	data.split(all, o)
	return data, nil
}

// NewFrom is New for a table and a run that goes on training the model's weights. The columns and classes have to be
// the model's, and are taken in its order. seed draws the test rows; NewFrom refuses a test set with rows that the
// model was trained on.
func NewFrom(d config.Dataset, seed uint64, model *Learned) (*Source, error) {
	t, err := readTables(d, model)
	if err != nil {
		return nil, err
	}
	if err := t.checkUnseen(d, seed, model); err != nil {
		return nil, err
	}
	return t.source(d, &model.Standard), nil
}

// checkUnseen refuses to test on rows that the model was trained on. If the test rows come from the model's training
// file, they must be the very rows that its own split left out. test_split and seed determine the split, so they have
// to be the model's.
func (t tables) checkUnseen(d config.Dataset, seed uint64, model *Learned) error {
	from, testedHash := model.From, t.train.Hash
	if t.testFile {
		testedHash = t.test.Hash
	}
	trainHash, _, hadTest := strings.Cut(model.Hash, hashSeparator)
	if testedHash != trainHash {
		return nil
	}
	const hint = "the model was trained on this table: " +
		"with another split it would be tested on rows that it has learned"
	switch {
	case t.testFile:
		return fault.New(fault.Config, "dataset",
			"test: wanted other rows than those that %s was trained on, found them in %s", from, d.Test)
	case hadTest:
		return fault.New(fault.Config, "dataset", "wanted test: {csv: FILE}, as %s has, found test rows drawn from %s",
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

// testRows returns n * split, rounded down: the number of test rows. split is meant as a decimal: 0.29 of 100 is 29,
// though the product of the float64s is 28.999….
func testRows(n int, split float64) int { return int(float64(float64(n)*split) + 1e-9) }

// counterNotes returns a warning for each column of t that seems to be a row number.
func counterNotes(d config.Dataset, t *table.Table) []string {
	var notes []string
	for _, column := range t.Counters() {
		notes = append(notes, fmt.Sprintf("%s: the column %s numbers the rows, and says nothing about the class of "+
			"a new row: ignore: [%s] in dataset leaves it out", d, column, column))
	}
	return notes
}

// checkTestSplit refuses a number of test rows that is 0, or that leaves fewer training rows than there are classes.
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

// allRows returns the indices of all rows.
func allRows(t *table.Table) []int32 {
	rows := make([]int32, t.Rows())
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}
