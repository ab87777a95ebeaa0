// Package dataset turns the dataset block of an experiment's config into training, validation and test samples.
//
// New returns a Source: the shape, classes and number of the samples, enough to build a network or to refuse its
// architecture. Source.Load then reads the samples and splits them. Images (package mnist) and tables (package table)
// look the same from outside; a table is read whole already by New, images only by Load.
//
// The package downloads, trains and prints nothing: a missing file is an error, and warnings are returned as text. A
// model that is evaluated or trained further fixes how a table is read; the package sees it as a Learned, not as a
// model file.
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

// Source describes a data set and knows how to load it.
type Source struct {
	Features      int        // per sample
	Classes       []string   // the name of each label, from label 0 on
	Columns       []string   // the features of a table; nil for images
	Count         int        // training and validation samples together
	Height, Width int        // of an image, in pixels; 0 for a table
	Set           *mnist.Set // the named data set; nil for the user's own files
	Hash          string     // Data.Hash of CSV files; empty for others, whose files only Load reads

	notes func() []string // see Notes; nil: no notes
	load  func(o Options) (*Data, error)
}

// Options say what to load and how to split it.
type Options struct {
	DataDir  string                           // of the named data sets; empty: the default, see mnist.Set.Folder
	Env      func(name string) (string, bool) // looks environment variables up, as os.LookupEnv does
	TestOnly bool                             // only the test samples are needed

	Validation func(samples int) int // the size of the validation split, out of Source.Count samples
	Stratified bool                  // validate on the same fraction of each class; else on the last samples
	Seed       uint64                // of the random splits
}

// Data is a data set in memory, split.
type Data struct {
	Hash                    string         // identifies the content of the files
	Train, Validation, Test *batch.Samples // nil if empty; images with TestOnly have Test alone

	Columns  []string              // the features of a table; nil for images and for a table that only tests
	Standard table.Standardization // of Columns

	// Close releases the memory. The samples must not be used after it.
	Close func() error

	// CheckSizes returns an error of kind fault.Data if a file has shrunk since it was opened. Call it before results
	// are shown: see mnist.Dataset.CheckSizes.
	CheckSizes func() error

	// Recover, deferred, turns the panic of reading a file that has shrunk into an error. See mnist.Dataset.Recover.
	Recover func(err *error)
}

// Bytes returns how much memory the samples take.
func (d *Data) Bytes() float64 {
	const float32Bytes = 4
	total := 0
	for _, s := range []*batch.Samples{d.Train, d.Validation, d.Test} {
		if s != nil {
			total += len(s.Bytes) + float32Bytes*len(s.Floats)
		}
	}
	return float64(total)
}

// Share lets the runs of many networks, which may go on at once, share what is made of the samples: see batch.Samples.
func (d *Data) Share() {
	for _, s := range []*batch.Samples{d.Train, d.Validation, d.Test} {
		s.Share()
	}
}

// Learned is what a data set must know of a trained model that uses it: the columns and classes that it expects in a
// table, and the data that it was trained on.
type Learned struct {
	From     string                // the model's file, for errors
	Shape    []int                 // of one sample, as Source.Shape returns it
	Columns  []string              // in the order of the network's inputs
	Classes  []string              // in the order of the network's outputs
	Standard table.Standardization // that its training rows gave
	Hash     string                // Data.Hash of its data set
	Config   json.RawMessage       // of the experiment that trained it
}

// New returns the data set that d describes. where names the place of d in errors about an unknown name. model is the
// trained model that will use the data set, or nil.
func New(d config.Dataset, where string, model *Learned) (*Source, error) {
	switch {
	case d.CSV != "":
		d, err := guess(d, model)
		if err != nil {
			return nil, err
		}
		s, err := tableSource(d, model)
		return s, fault.HintMissing(err, "a path in an experiment file starts from the folder that dnn is run in")
	case d.IDX != "":
		return Folder(d, mnist.Both)
	}
	set, err := Named(d.Name, where, fault.Config)
	if err != nil {
		return nil, err
	}
	s := images(set, false)
	s.Set = &set
	return s, nil
}

// Named returns the data set that dnn knows by the name. If there is none, the error is of the given kind, and where
// says where the name stands: an argument, a line of a file.
func Named(name, where string, kind fault.Kind) (mnist.Set, error) {
	set, ok := mnist.Lookup(name)
	if !ok {
		known := strings.Join(mnist.Names(), ", ")
		return mnist.Set{}, fault.New(kind, where, "wanted a data set (%s), found %q", known, name)
	}
	return set, nil
}

// WithClasses returns the name of the data set that dnn knows whose classes have these names; empty: none has.
func WithClasses(names []string) string {
	for _, name := range mnist.Names() {
		if set, ok := mnist.Lookup(name); ok && slices.Equal(set.Classes, names) {
			return name
		}
	}
	return ""
}

// Folder returns the data set of a folder with IDX files. Only the files of the wanted splits have to be there.
func Folder(d config.Dataset, wanted mnist.Splits) (*Source, error) {
	set, err := mnist.Describe(own(d), wanted)
	if err != nil {
		return nil, err
	}
	return images(set, d.Transpose), nil
}

// own returns where the IDX files of d are.
func own(d config.Dataset) mnist.Own {
	return mnist.Own{Folder: d.IDX, Prefix: d.Prefix, Classes: d.Classes}
}

// images returns the source of a set of images, which the files may have transposed.
func images(set mnist.Set, transposed bool) *Source {
	s := &Source{
		Features: set.Features(), Classes: set.Classes, Count: set.TrainCount(),
		Height: set.Height, Width: set.Width,
	}
	read := pixels
	if transposed {
		s.Height, s.Width = s.Width, s.Height
		read = func(split mnist.Split) *batch.Samples {
			samples := pixels(split)
			samples.Bytes = make([]uint8, len(split.Images))
			batch.Transpose(samples.Bytes, split.Images, s.Height, s.Width)
			return samples
		}
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
		d := &Data{Hash: hashOf(files.Hash, transposed), Close: files.Close, CheckSizes: files.CheckSizes, Recover: files.Recover}
		if files.Test.Count > 0 {
			d.Test = read(files.Test)
		}
		if !o.TestOnly {
			d.split(read(files.Train), o)
		}
		return d, nil
	}
	return s
}

// hashOf returns the hash of images that a file with this hash has transposed or not.
func hashOf(hash string, transposed bool) string {
	if transposed {
		return hash + "-transposed"
	}
	return hash
}

// Load reads the samples and splits them. The error of a missing file wraps fs.ErrNotExist (or syscall.ENOTDIR, if a
// file is where its folder should be). The caller closes the Data.
func (s *Source) Load(o Options) (*Data, error) { return s.load(o) }

// inMemory completes d, which uses no open file.
func inMemory(d Data) *Data {
	nothing := func() error { return nil }
	d.Close, d.CheckSizes, d.Recover = nothing, nothing, func(*error) {}
	return &d
}

// pixels returns the images and labels of s as samples. Nothing is copied.
func pixels(s mnist.Split) *batch.Samples {
	return &batch.Samples{
		Count: s.Count, Features: s.Features(), Bytes: s.Images, Table: batch.PixelTable(), Labels: s.Labels,
	}
}

// split divides all between training and validation.
func (d *Data) split(all *batch.Samples, o Options) {
	heldOut := o.Validation(all.Count)
	switch {
	case heldOut == 0:
		d.Train = all
	case o.Stratified:
		rest, validation := batch.Stratified(all.Labels, heldOut, random.NewKey(o.Seed, "validation", 0))
		d.Train, d.Validation = all.Select(rest), all.Select(validation)
	default:
		d.Train, d.Validation = all.Slice(0, all.Count-heldOut), all.Slice(all.Count-heldOut, all.Count)
	}
}

// Shape returns the shape of one sample, as a model file stores it: height and width, or the number of columns.
func (s *Source) Shape() []int {
	if s.Height > 0 {
		return []int{s.Height, s.Width}
	}
	return []int{s.Features}
}

// Scale returns the factor from a raw value to an input of the network: 1/255 for a pixel, 1 for a table's number.
func (s *Source) Scale() float64 {
	if s.Height > 0 {
		return 1.0 / 255
	}
	return 1
}

// ClassesOf returns the class names for the model file of a network with that many outputs: nil if the data set has
// another number of classes.
func (s *Source) ClassesOf(outputs int) []string {
	if outputs != len(s.Classes) {
		return nil
	}
	return slices.Clone(s.Classes)
}
