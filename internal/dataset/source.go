// Package dataset gets the samples of an experiment: from the dataset block of its config, past the files, to what
// trains, validates and tests. A Source knows what the samples are like and how many there are, so that a network can
// be planned and refused before they are read; Load reads and parts them. It is the same for images (package mnist) and
// tables (package table).
//
// Here nothing is fetched, trained or told: a file that is not there is an error, and what looks like a mistake is
// returned as a text. Of a model, which may say how a table is to be read, only what it has learned is known (Learned).
package dataset

import (
	"encoding/json"
	"slices"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/nn/batch"
	"dnn/internal/random"
	"dnn/internal/table"
)

// Source is a data set before its samples are read: what a network for it has to look like, and how to read it.
type Source struct {
	Features   int
	Classes    []string
	Columns    []string   // of a table
	Count      int        // samples that train or validate
	Rows, Cols int        // of an image; 0 for the rows of a table
	Set        *mnist.Set // of images that can be downloaded; nil for files of the user's own

	notes func() []string // see Notes; nil: there are none
	load  func(o Options) (*Data, error)
}

// Options say what to read and how to part it.
type Options struct {
	DataDir  string                           // of the data sets that have a name; empty: where the environment says
	Env      func(name string) (string, bool) // the environment, as os.LookupEnv
	TestOnly bool                             // the training samples are not needed

	Validation func(samples int) int // how many of so many samples that train or validate do the latter
	Stratified bool                  // whether each class has the same share of them; else they are the last ones
	Seed       uint64                // of what is drawn
}

// Data is a data set in memory, parted.
type Data struct {
	Hash                    string         // identifies what the files hold
	Train, Validation, Test *batch.Samples // nil where there are none, and the first two with TestOnly

	Columns  []string // of a table
	Standard table.Standardization

	// Close gives the memory back. The samples must not be touched after it.
	Close func() error

	// Whole returns an error of kind fault.Data if a file has become shorter, for before what it gave is told.
	Whole func() error

	// Recover is for a deferred call: it turns a panic into an error if a file of the data set has shrunk while it was
	// used. See mnist.Dataset.Recover.
	Recover func(err *error)
}

// Learned is what a data set must know of a model that is to read it: what the columns and classes of a table must be,
// and which rows it was trained on.
type Learned struct {
	From     string // the model's file, for errors
	Columns  []string
	Classes  []string
	Standard table.Standardization
	Hash     string          // Data.Hash of what it was trained on
	Config   json.RawMessage // the experiment that it was trained by
}

// New finds out about the data set of an experiment. where is what to blame for its name. model is the one that is to
// read the data set; nil: there is none yet.
func New(d config.Dataset, where string, model *Learned) (*Source, error) {
	switch {
	case d.CSV != "":
		s, err := tableSource(d, model)
		return s, fault.HintMissing(err, "a path in an experiment file starts from the folder that dnn is run in")
	case d.IDX != "":
		return Folder(d.IDX, mnist.Both)
	}
	set, err := Named(d.Name, where, fault.Config)
	if err != nil {
		return nil, err
	}
	s := images(set)
	s.Set = &set
	return s, nil
}

// Named returns the data set that dnn knows by a name. where is what to blame if there is none: an argument, a line of
// a file.
func Named(name, where string, kind fault.Kind) (mnist.Set, error) {
	set, ok := mnist.Lookup(name)
	if !ok {
		known := strings.Join(mnist.Names(), ", ")
		return mnist.Set{}, fault.New(kind, where, "wanted a data set (%s), found %q", known, name)
	}
	return set, nil
}

// Folder is a folder of IDX files, of which only those of the splits that are wanted need be there.
func Folder(folder string, wanted mnist.Splits) (*Source, error) {
	set, err := mnist.Describe(folder, wanted)
	if err != nil {
		return nil, err
	}
	return images(set), nil
}

// images is a data set of the MNIST family.
func images(set mnist.Set) *Source {
	s := &Source{
		Features: set.Features(), Classes: set.Classes, Count: set.TrainCount(), Rows: set.Height, Cols: set.Width,
	}
	s.load = func(o Options) (_ *Data, err error) {
		folder, err := set.Folder(o.DataDir, o.Env)
		if err != nil {
			return nil, err
		}
		files, err := mnist.Load(mnist.LoadOptions{Set: set, Folder: folder, TestOnly: o.TestOnly})
		if err != nil {
			return nil, err
		}
		defer files.Recover(&err)
		d := &Data{Hash: files.Hash, Close: files.Close, Whole: files.Whole, Recover: files.Recover}
		if files.Test.Count > 0 {
			d.Test = pixels(files.Test)
		}
		if !o.TestOnly {
			d.part(pixels(files.Train), o)
		}
		return d, nil
	}
	return s
}

// Load reads the samples and parts them. The error of a file that is not there is an fs.ErrNotExist (or, under a file
// in the place of a folder, a syscall.ENOTDIR). The caller closes the Data.
func (s *Source) Load(o Options) (*Data, error) { return s.load(o) }

// inMemory is a data set of which no file is open.
func inMemory(d Data) *Data {
	none := func() error { return nil }
	d.Close, d.Whole, d.Recover = none, none, func(*error) {}
	return &d
}

// pixels returns a split as a network reads it. The pixels are not copied.
func pixels(s mnist.Split) *batch.Samples {
	return &batch.Samples{
		Count: s.Count, Features: s.Features(), Bytes: s.Images, Table: batch.PixelTable(), Labels: s.Labels,
	}
}

// part takes the validation samples out of all.
func (d *Data) part(all *batch.Samples, o Options) {
	held := o.Validation(all.Count)
	switch {
	case held == 0:
		d.Train = all
	case o.Stratified:
		rest, validation := batch.Stratified(all.Labels, held, random.NewKey(o.Seed, "validation", 0))
		d.Train, d.Validation = all.Select(rest), all.Select(validation)
	default:
		d.Train, d.Validation = all.Slice(0, all.Count-held), all.Slice(all.Count-held, all.Count)
	}
}

// Shape returns the shape of one sample as a model file has it.
func (s *Source) Shape() []int {
	if s.Rows > 0 {
		return []int{s.Rows, s.Cols}
	}
	return []int{s.Features}
}

// Scale returns what a raw value is multiplied by.
func (s *Source) Scale() float64 {
	if s.Rows > 0 {
		return 1.0 / 255
	}
	return 1
}

// ClassesOf returns the class names that a model file may have whose network tells that many classes apart: nil if they
// are not as many.
func (s *Source) ClassesOf(outputs int) []string {
	if outputs != len(s.Classes) {
		return nil
	}
	return slices.Clone(s.Classes)
}
