package experiment

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
	"dnn/internal/nn/batch"
	"dnn/internal/random"
	"dnn/internal/table"
	"dnn/internal/train"
)

// source is a data set before its samples are read: what a network for it has to look like, and how to read it.
type source struct {
	features   int
	classes    []string
	columns    []string        // of a table
	counters   func() []string // of a table: columns that number its rows; nil for images
	count      int             // samples that train or validate
	rows, cols int             // of an image; 0 for the rows of a table

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
	seed       uint64  // of what is drawn
}

// howToLoad says how the data set of an experiment is read and parted.
func howToLoad(r *config.Resolved, dataDir string, l Listener) loadOptions {
	return loadOptions{
		dataDir: dataDir, quiet: !l.Verbose,
		validation: r.ValidationSplit, stratified: r.Validation == "stratified", seed: r.SplitSeed(),
	}
}

// dataset is a data set in memory, parted.
type dataset struct {
	hash                    string
	train, validation, test *batch.Samples // nil where there are none, and the first two with testOnly

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
		return folderSource(d.IDX, mnist.Both)
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

// folderSource is a folder of IDX files, of which only those of the splits that are wanted need be there.
func folderSource(folder string, wanted mnist.Splits) (*source, error) {
	set, err := mnist.Describe(folder, wanted)
	if err != nil {
		return nil, err
	}
	return imageSource(set, func(ctx context.Context, _ *System, o loadOptions) (*mnist.Dataset, error) {
		return await(ctx, func() (*mnist.Dataset, error) {
			return mnist.Load(mnist.LoadOptions{Set: set, Folder: folder, TestOnly: o.testOnly})
		})
	}), nil
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
		d := &dataset{hash: images.Hash, close: images.Close, whole: images.Whole, recovered: images.Recover}
		if images.Test.Count > 0 {
			d.test = pixels(images.Test)
		}
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
func pixels(s mnist.Split) *batch.Samples {
	return &batch.Samples{Count: s.Count, Features: s.Features(), Bytes: s.Images, Table: batch.PixelTable(), Labels: s.Labels}
}

// part takes the validation samples out of all.
func (d *dataset) part(all *batch.Samples, o loadOptions) {
	held := train.ValidationSamples(all.Count, o.validation)
	switch {
	case held == 0:
		d.train = all
	case o.stratified:
		rest, validation := batch.Stratified(all.Labels, held, random.NewKey(o.seed, "validation", 0))
		d.train, d.validation = all.Select(rest), all.Select(validation)
	default:
		d.train, d.validation = all.Slice(0, all.Count-held), all.Slice(all.Count-held, all.Count)
	}
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
