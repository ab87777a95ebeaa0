package mnist

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"

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

// Describe returns a Set for a folder with IDX files of the user's own. They have MNIST's names, each with or without
// .gz, and their images may have any size. The classes are called 0 to the largest label. Sizes and hashes are those
// that the files have now. Files of a split that is not wanted are ignored, and the set has no such split. Errors are
// of kind fault.Data.
func Describe(folder string, wanted Splits) (_ Set, err error) {
	var read files
	defer func() {
		read.recovered(recover(), &err)
		_ = read.close() // nothing is lost if a file that was only read cannot be closed
	}()
	s := Set{Name: folder, Title: folder, Path: folder}
	names, _ := Lookup("mnist")
	largest, seen := 0, map[uint8]bool{}
	for _, split := range []struct {
		not        Splits // where this split is not wanted
		names, own *Pair  // MNIST's, and those to describe
	}{{TestOnly, &names.Train, &s.Train}, {TrainOnly, &names.Test, &s.Test}} {
		if split.not == wanted {
			continue
		}
		images, err := s.open(split.names.Images.Name, 3, wanted, true)
		if err != nil {
			return Set{}, err
		}
		read = append(read, images)
		split.own.Images = images.describe(split.names.Images.Name)
		if s.Height == 0 {
			s.Height, s.Width = images.header.Dims[1], images.header.Dims[2]
		}
		labels, err := s.open(split.names.Labels.Name, 1, wanted, false)
		if err != nil {
			return Set{}, err
		}
		read = append(read, labels)
		split.own.Labels = labels.describe(split.names.Labels.Name)
		largest = max(largest, int(slices.Max(labels.data)))
		for _, l := range labels.data {
			seen[l] = true
		}
	}
	if wanted == Both && len(seen) == 1 { // a single split may have one class
		return Set{}, fault.New(fault.Data, folder, "its labels are %d only, wanted two classes or more", largest)
	}
	for i := range largest + 1 {
		s.Classes = append(s.Classes, strconv.Itoa(i))
	}
	return s, nil
}

// open opens one file of the user's own.
func (s Set) open(name string, rank int, wanted Splits, skim bool) (*idxFile, error) {
	idx, err := openIDX(s.Path, name, rank, skim)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Data, idx.path, "%w", fs.ErrNotExist).
			WithHint("wanted %s in that folder, each as it is or with .gz at its end", wanted.Files())
	}
	if err != nil {
		return nil, fault.New(fault.Data, idx.path, "%w", err)
	}
	return idx, nil
}

// describe returns the entry of a Set for the file.
func (f *idxFile) describe(name string) File {
	return File{Name: name, Bytes: int64(f.header.bytes() + f.header.elements()), SHA256: f.sha256()}
}
