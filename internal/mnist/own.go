package mnist

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

// Splits says which splits of a set to use.
type Splits uint8

// The choices of Splits.
const (
	Both Splits = iota
	TrainOnly
	TestOnly
)

// Files returns the names of the splits' IDX files, for a hint.
func (s Splits) Files() string {
	names, _ := Lookup("mnist")
	switch s {
	case TrainOnly:
		return names.Train.Images.Name + " and " + names.Train.Labels.Name
	case TestOnly:
		return names.Test.Images.Name + " and " + names.Test.Labels.Name
	}
	return "four IDX files with MNIST's names"
}

// Own says where a data set of the user's own is.
type Own struct {
	Folder  string
	Prefix  string // of the names of its files, such as emnist-letters-
	Classes string // a file that names the classes, see readClasses; empty: they are called by their labels
}

// Describe returns a Set for a folder with IDX files of the user's own. They have MNIST's names or others of this
// family (see names), each with or without .gz, and their images may have any size. The classes are called 0 to the
// largest label, unless a file names them. Sizes and hashes are those that the files have now. Files of a split that is
// not wanted are ignored, and the set has no such split. Errors are of kind fault.Data.
func Describe(own Own, wanted Splits) (_ Set, err error) {
	var read files
	defer func() {
		read.recovered(recover(), &err)
		_ = read.close() // nothing is lost if a file that was only read cannot be closed
	}()
	s := Set{Name: own.Folder, Title: own.Folder, Path: own.Folder}
	if own.Classes != "" {
		if s.Classes, s.Numbers, err = readClasses(own.Classes); err != nil {
			return Set{}, err
		}
	}
	largest, seen := 0, map[uint8]bool{}
	for _, split := range []struct {
		not   Splits // where this split is not wanted
		names splitNames
		own   *Pair // to describe
	}{{TestOnly, trainNames(), &s.Train}, {TrainOnly, testNames(), &s.Test}} {
		if split.not == wanted {
			continue
		}
		images, err := own.open(split.names.images(), 3, wanted, true)
		if err != nil {
			return Set{}, err
		}
		read = append(read, images)
		split.own.Images = images.describe()
		if s.Height == 0 {
			s.Height, s.Width = images.header.Dims[1], images.header.Dims[2]
		}
		file, err := own.open(split.names.labels(), 1, wanted, false)
		if err != nil {
			return Set{}, err
		}
		read = append(read, file)
		split.own.Labels = file.describe()
		labels, err := file.labels()
		if err != nil {
			return Set{}, fault.New(fault.Data, file.path, "%w", err)
		}
		largest = max(largest, int(slices.Max(labels)))
		for _, l := range labels {
			seen[l] = true
		}
	}
	if wanted == Both && len(seen) == 1 { // a single split may have one class
		return Set{}, fault.New(fault.Data, own.Folder, "its labels are %d only, wanted two classes or more", largest)
	}
	if s.Classes == nil {
		for i := range largest + 1 {
			s.Classes = append(s.Classes, strconv.Itoa(i))
		}
	}
	return s, nil
}

// open opens the first of the files that is there. rank is that of bytes.
func (o Own) open(names []string, rank int, wanted Splits, skim bool) (*idxFile, error) {
	name := o.find(names)
	if rank == 1 {
		rank = labelRank(name)
	}
	idx, err := openIDX(o.Folder, name, rank, skim)
	if errors.Is(err, fs.ErrNotExist) {
		missing := fault.New(fault.Data, idx.path, "%w", fs.ErrNotExist)
		if hint := o.near(names); hint != "" {
			return nil, missing.WithHint("%s", hint)
		}
		return nil, missing.WithHint("wanted %s in that folder, each as it is or with .gz at its end", wanted.Files())
	}
	if err != nil {
		return nil, fault.New(fault.Data, idx.path, "%w", err)
	}
	return idx, nil
}

// describe returns the entry of a Set for the file.
func (f *idxFile) describe() File {
	name := strings.TrimSuffix(filepath.Base(f.path), ".gz")
	return File{Name: name, Bytes: int64(f.header.bytes() + f.header.size()), SHA256: f.sha256()}
}
