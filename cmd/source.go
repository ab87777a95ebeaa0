package cmd

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/table"
	"dnn/internal/train"
)

// source is a data set before its samples are read: what a network for it has to look like, and how to read it.
type source struct {
	features   int
	classes    []string
	columns    []string // of a table
	count      int      // samples that train or validate
	rows, cols int      // of an image; 0 for the rows of a table

	// load reads the samples and parts them.
	load func(ctx context.Context, system *System, o loadOptions) (*dataset, error)
}

// loadOptions says what to read and how to part it.
type loadOptions struct {
	dataDir  string
	quiet    bool
	testOnly bool // the training samples are not needed

	validation float64 // share of the training samples
	stratified bool    // whether each class has the same share of them; else they are the last ones
	seed       uint64
}

// dataset is a data set in memory, parted.
type dataset struct {
	hash                    string
	train, validation, test *nn.Samples // validation is nil if there are none, and the first two with testOnly

	columns  []string // of a table
	standard table.Standardization

	close func() error
	whole func() error // says whether a file has become shorter, for before what it gave is told

	// recovered is for a deferred call: it turns a panic into an error if a file of the data set has shrunk while it was used.
	recovered func(err *error)
}

// newSource finds out about the data set of an experiment. where is what to blame for its name. A model that is to read the
// data set, if there is one, says what the columns and classes of a table must be.
func newSource(d config.Dataset, where string, model *modelfile.Model) (*source, error) {
	switch {
	case d.CSV != "":
		s, err := tableSource(d, model)
		return s, hintMissing(err, "a path in an experiment file starts from the folder that dnn is run in")
	case d.IDX != "":
		set, err := mnist.Describe(d.IDX)
		if err != nil {
			return nil, err
		}
		return imageSource(set, func(_ context.Context, _ *System, o loadOptions) (*mnist.Dataset, error) {
			return mnist.Load(mnist.LoadOptions{Set: set, Folder: d.IDX, TestOnly: o.testOnly})
		}), nil
	}
	set, err := findSet(where, d.Name, fault.Config)
	if err != nil {
		return nil, err
	}
	return imageSource(set, func(ctx context.Context, system *System, o loadOptions) (*mnist.Dataset, error) {
		return load(ctx, system, set, o)
	}), nil
}

// hintMissing gives the error of a file that is not there another hint, and returns any other as it is.
func hintMissing(err error, hint string, args ...any) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && errors.Is(err, fs.ErrNotExist) {
		return f.WithHint(hint, args...)
	}
	return err
}

// imageSource is a data set of the MNIST family.
func imageSource(set mnist.Set, read func(context.Context, *System, loadOptions) (*mnist.Dataset, error)) *source {
	s := &source{features: set.Features(), classes: set.Classes, count: set.TrainCount(), rows: set.Height, cols: set.Width}
	s.load = func(ctx context.Context, system *System, o loadOptions) (_ *dataset, err error) {
		images, err := read(ctx, system, o)
		if err != nil {
			return nil, err
		}
		defer images.Recover(&err)
		d := &dataset{hash: images.Hash, test: pixels(images.Test), close: images.Close, whole: images.Whole, recovered: images.Recover}
		if !o.testOnly {
			d.part(pixels(images.Train), o)
		}
		return d, nil
	}
	return s
}

// inMemory is a data set of which no file is open.
func inMemory(d dataset) *dataset {
	none := func() error { return nil }
	d.close, d.whole, d.recovered = none, none, func(*error) {}
	return &d
}

// pixels returns a split as a network reads it. The pixels are not copied.
func pixels(s mnist.Split) *nn.Samples {
	return &nn.Samples{Count: s.Count, Features: s.Features(), Bytes: s.Images, Table: nn.PixelTable(), Labels: s.Labels}
}

// part takes the validation samples out of all.
func (d *dataset) part(all *nn.Samples, o loadOptions) {
	held := train.ValidationSamples(all.Count, o.validation)
	switch {
	case held == 0:
		d.train = all
	case o.stratified:
		rest, validation := nn.Stratified(all.Labels, held, nn.NewKey(o.seed, "validation", 0))
		d.train, d.validation = all.Select(rest), all.Select(validation)
	default:
		d.train, d.validation = all.Slice(0, all.Count-held), all.Slice(all.Count-held, all.Count)
	}
}

// tableSource is a CSV file. Of one that a model was not trained on, all rows test it.
func tableSource(d config.Dataset, model *modelfile.Model) (*source, error) {
	t, err := readTable(d, model)
	if err != nil {
		return nil, err
	}
	test := testRows(t.Rows(), d.TestSplit)
	if model == nil {
		if err := checkTestSplit(d, t, test); err != nil {
			return nil, err
		}
	}
	if model == nil {
		return dividedTable(t, test, nil), nil
	}
	standard := table.Standardization{Mean: model.Mean, Std: model.Std}
	s := dividedTable(t, test, &standard)
	if t.Hash != model.DataHash {
		s.load = func(context.Context, *System, loadOptions) (*dataset, error) {
			return inMemory(dataset{hash: t.Hash, test: t.Samples(allRows(t), standard)}), nil
		}
	}
	return s, nil
}

// dividedTable is a table of which so many rows test. Without a standardization, its training rows give it.
func dividedTable(t *table.Table, test int, standard *table.Standardization) *source {
	s := &source{features: len(t.Columns), classes: t.Classes, columns: t.Columns, count: t.Rows() - test}
	s.load = func(_ context.Context, _ *System, o loadOptions) (*dataset, error) {
		parts, err := t.Divide(table.Division{
			Test: test, Validation: train.ValidationSamples(s.count, o.validation), Tail: !o.stratified, Seed: o.seed,
		})
		if err != nil {
			return nil, err
		}
		data := inMemory(dataset{hash: t.Hash, columns: t.Columns})
		if standard != nil {
			data.standard = *standard
		} else {
			data.standard = t.FitStandardization(parts.Train)
		}
		data.train, data.test = t.Samples(parts.Train, data.standard), t.Samples(parts.Test, data.standard)
		if len(parts.Validation) > 0 {
			data.validation = t.Samples(parts.Validation, data.standard)
		}
		return data, nil
	}
	return s
}

// startSource is newSource for a run that starts from the weights of model, which was read from the file from. The columns and
// classes of a table must mean what they mean to the model, and are taken in its order.
func startSource(d config.Dataset, seed uint64, model *modelfile.Model, from string) (*source, error) {
	own, err := newSource(d, "dataset", nil)
	if err != nil {
		return nil, err
	}
	if err := model.MatchesInput(from, d.String(), own.columns); err != nil || d.CSV == "" {
		return own, err
	}
	if err := model.MatchesClasses(from, d.String(), own.classes); err != nil {
		return nil, err
	}
	t, err := readTable(d, model)
	if err != nil {
		return nil, err
	}
	if t.Hash == model.DataHash {
		if err := sameSplit(d, seed, model, from); err != nil {
			return nil, err
		}
	}
	standard := table.Standardization{Mean: model.Mean, Std: model.Std}
	return dividedTable(t, testRows(t.Rows(), d.TestSplit), &standard), nil
}

// readTable reads the CSV file of an experiment. The columns and classes of a model that is to read it come in the model's order.
func readTable(d config.Dataset, model *modelfile.Model) (*table.Table, error) {
	o := table.Options{Path: d.CSV, Target: d.Target, NoHeader: d.NoHeader}
	if model != nil {
		o.Columns, o.Classes = model.Columns, model.Classes
	}
	return table.Read(o)
}

// sameSplit refuses another division of the table that a model was trained on: rows that it has learned would test it. The
// division follows from the settings alone, also for eval, so that they have to be the model's.
func sameSplit(d config.Dataset, seed uint64, model *modelfile.Model, from string) error {
	trained, err := config.Stored(from, model.Config)
	if err != nil {
		return err
	}
	const hint = "the model was trained on this table: with another split it would be tested on rows that it has learned"
	if trained.Dataset.TestSplit != d.TestSplit {
		return fault.New(fault.Config, "dataset", "test_split: wanted %v, as %s has, found %v", trained.Dataset.TestSplit, from, d.TestSplit).WithHint(hint)
	}
	if trained.Seed != seed {
		return fault.New(fault.Config, "seed", "wanted %d, which drew the test rows of %s, found %d", trained.Seed, from, seed).WithHint(hint)
	}
	return nil
}

// testRows returns how many of n rows test, rounded down. The share is a decimal number: 0.29 of 100 are 29, though the
// product of float64s is 28.999….
func testRows(n int, split float64) int { return int(float64(float64(n)*split) + 1e-9) }

// checkTestSplit refuses a share of the rows that leaves none to test on, or too few for a training row of each class.
func checkTestSplit(d config.Dataset, t *table.Table, test int) error {
	switch {
	case test < 1:
		return fault.New(fault.Config, "dataset", "test_split: %v of the %d rows of %s leaves none to test on", d.TestSplit, t.Rows(), d).
			WithHint("a larger test_split (0.2 if the key is not there), or a table of more rows")
	case t.Rows()-test < len(t.Classes):
		return fault.New(fault.Config, "dataset", "test_split: %v of the %d rows of %s leaves %d to train on, wanted one of each of %d classes",
			d.TestSplit, t.Rows(), d, t.Rows()-test, len(t.Classes)).
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

// shape returns the shape of one sample as a model file has it.
func (s *source) shape() []int {
	if s.rows > 0 {
		return []int{s.rows, s.cols}
	}
	return []int{s.features}
}

// scale returns what a raw value is multiplied by.
func (s *source) scale() float64 {
	if s.rows > 0 {
		return 1.0 / 255
	}
	return 1
}

// classesOf returns the class names that a model file may have: as many as its network tells apart.
func (s *source) classesOf(a nn.Architecture) []string {
	if a.Classes() != len(s.classes) {
		return nil
	}
	return slices.Clone(s.classes)
}
