package table

import (
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

// Guess finds out which columns of a CSV file are images of height x width, and which one is the target, where no
// experiment says so: the pixels are found as ReadInputs finds them, the target is the only column left, or the one that
// is called label, class, target or y. In a file without names it is the first, as in pjreddie's mnist_test.csv, or the
// last if that is no number. Errors are of kind fault.Data.
func Guess(path string, height, width int) (Options, error) {
	o := Options{Path: path, Height: height, Width: width}
	f, err := open(path)
	if err != nil {
		return o, err
	}
	defer func() { _ = f.Close() }()
	csv, _, err := newReader(f, o)
	if err != nil {
		return o, err
	}
	r := &inputReader{reader: csv, o: InputOptions{Path: path, Pixels: height * width}}
	record, err := r.record()
	if err != nil {
		return o, err
	}
	if o.NoHeader = r.isRow(record); o.NoHeader {
		o.Target = "0"
		last := len(record) - 1
		if _, err := parseNumber(record[last]); err != nil {
			o.Target = strconv.Itoa(last)
		}
		r.o.Target = o.Target
	}
	if err := r.name(record, o.NoHeader); err != nil {
		return o, err
	}
	from, err := r.findPixels()
	if err != nil {
		return o, err
	}
	others := slices.Delete(slices.Clone(r.header), from, from+height*width)
	i := target(others)
	if i < 0 {
		return o, r.at(0, "wanted a column of classes called label, besides %d x %d pixels, found none", height, width)
	}
	o.Target = others[i]
	o.Ignore = slices.Delete(others, i, i+1)
	return o, nil
}

// target returns which of some columns is called as those of classes are, or is the only one; -1: none.
func target(names []string) int {
	return slices.IndexFunc(names, func(name string) bool { return len(names) == 1 || isTarget(name) })
}

// isTarget reports whether a column is called as those of classes are.
func isTarget(name string) bool {
	return slices.Contains([]string{"label", "class", "target", "y"}, strings.ToLower(name))
}

// GuessTarget finds out which column of a CSV file with names is the target, where no experiment says so: the only one
// besides the columns that a model reads, or the one that is called label, class, target or y. Errors are of kind
// fault.Data.
func GuessTarget(path string, columns []string) (Options, error) {
	o := Options{Path: path}
	f, err := open(path)
	if err != nil {
		return o, err
	}
	defer func() { _ = f.Close() }()
	r, _, err := newReader(f, o)
	if err != nil {
		return o, err
	}
	record, err := r.record()
	if err != nil {
		return o, err
	}
	others := slices.DeleteFunc(record, func(name string) bool { return slices.Contains(columns, name) })
	i := target(others)
	if i < 0 {
		return o, fault.New(fault.Data, path,
			"wanted the columns of the model and one more, the target, found %s more (%.100s)",
			fault.Count(len(others), "column"), strings.Join(others[:min(len(others), 8)], ", ")).
			WithHint("dnn import --like experiment.yaml makes a model file that knows its target")
	}
	o.Target = others[i]
	o.Ignore = slices.Delete(others, i, i+1)
	return o, nil
}
