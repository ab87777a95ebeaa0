package merge

import (
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/table"
)

// check returns the first reason why the models cannot be merged.
func (m *Mean) check() error {
	for i, f := range m.files {
		for _, l := range f.Architecture.Layers {
			if !slices.Contains([]string{"dense", "dropout", "batch_normalization"}, l.Type) {
				return fault.New(fault.Data, f.path, "%s: wanted a layer that can be merged, found %s", l.Name, l.Type).
					WithHint("a function can be merged as the activation of a dense layer, or behind a linear one")
			}
		}
		if len(m.views) > 0 && (len(f.Columns) > 0 || len(f.InputShape) != 2) {
			return fault.New(fault.Data, f.path, "wanted a model of images, which %s can turn over, found one of a table",
				m.views[0].name)
		}
		if m.Networks() > 1 {
			if err := f.checkAverage(); err != nil {
				return err
			}
		}
		for _, other := range m.files[:i] {
			if f.SHA256 == other.SHA256 {
				return fault.New(fault.Data, f.path, "is the same model as %s: wanted each one once", other.path)
			}
			if err := f.checkLike(other); err != nil { // not the first alone: it may lack names that others have
				return err
			}
		}
	}
	return nil
}

// checkAverage refuses a model that cannot be one of several. Its units must not depend on each other before the output
// layer, and what is averaged must mean something: logits, or outputs that are not bent.
func (f file) checkAverage() error {
	layers := denseLayers(f.Architecture)
	last := len(layers) - 1
	for _, l := range layers[:last] {
		if l.Activation == "softmax" {
			return fault.New(fault.Data, f.path,
				"%s: wanted hidden units that do not depend on each other, found softmax", l.Name)
		}
	}
	averaged := []string{"softmax", "sigmoid", "linear"}
	if l := layers[last]; !slices.Contains(averaged, l.Activation) {
		return fault.New(fault.Data, f.path, "%s: wanted an output whose logits can be averaged (%s), found %s",
			l.Name, strings.Join(averaged, ", "), l.Activation)
	}
	return nil
}

// checkLike refuses a model that does not fit the first one.
func (f file) checkLike(first file) error {
	unlike := func(what string, wanted, found any) error {
		return fault.New(fault.Data, f.path, "wanted %s %v, as %s has, found %v", what, wanted, first.path, found)
	}
	switch {
	case !slices.Equal(f.InputShape, first.InputShape):
		return unlike("inputs of the shape", first.InputShape, f.InputShape)
	case f.Scale != first.Scale:
		return unlike("the scale", first.Scale, f.Scale)
	case f.Dataset != first.Dataset && (f.DataHash != first.DataHash || f.DataHash == ""):
		return fault.New(fault.Data, f.path, "wanted a model of %s, as %s is, found one of %s",
			first.Dataset, first.path, f.Dataset)
	case f.DataHash != first.DataHash && f.DataHash != "" && first.DataHash != "": // those of other programs have none
		return fault.New(fault.Data, f.path, "was trained on other files called %s than %s", f.Dataset, first.path)
	case !slices.Equal(f.Columns, first.Columns):
		return unlike("the columns", quoted(first.Columns), quoted(f.Columns))
	case len(f.Classes) > 0 && len(first.Classes) > 0 && !slices.Equal(f.Classes, first.Classes):
		return unlike("the classes", quoted(first.Classes), quoted(f.Classes))
	}
	if err := f.checkLayersLike(first); err != nil {
		return err
	}
	return f.checkTestedLike(first)
}

// checkLayersLike refuses a model with another number of layers than the first, other activations, or other outputs.
// The hidden layers may have other units.
func (f file) checkLayersLike(first file) error {
	own, wanted := denseLayers(f.Architecture), denseLayers(first.Architecture)
	if len(own) != len(wanted) {
		return fault.New(fault.Data, f.path, "wanted %s, as %s has, found %d",
			fault.Count(len(wanted), "Dense layer"), first.path, len(own))
	}
	for i, l := range own {
		if l.Activation != wanted[i].Activation {
			return fault.New(fault.Data, f.path, "%s: wanted %s, as %s has, found %s",
				l.Name, wanted[i].Activation, first.path, l.Activation)
		}
	}
	last := len(own) - 1
	if own[last].Units != wanted[last].Units {
		return fault.New(fault.Data, f.path, "%s: wanted %s, as %s has, found %d",
			own[last].Name, fault.Count(wanted[last].Units, "output"), first.path, own[last].Units)
	}
	if f.Architecture.Loss != first.Architecture.Loss {
		return fault.New(fault.Data, f.path, "wanted the loss %s, as %s has, found %s",
			first.Architecture.Loss, first.path, f.Architecture.Loss)
	}
	return nil
}

// checkTestedLike refuses a model that has learned rows of a table that the first one is tested on.
func (f file) checkTestedLike(first file) error {
	own, wanted := f.trained.Dataset, first.trained.Dataset
	if wanted.CSV == "" || wanted.Test != "" {
		return nil // the test samples are in files of their own
	}
	const hint = "else the mean would be tested on rows that one of the models has learned"
	if own.TestSplit != wanted.TestSplit {
		return fault.New(fault.Data, f.path, "wanted test_split %v, as %s has, found %v",
			wanted.TestSplit, first.path, own.TestSplit).WithHint(hint)
	}
	if own, wanted := f.trained.SplitSeed(), first.trained.SplitSeed(); own != wanted {
		return fault.New(fault.Data, f.path, "wanted test rows drawn with the seed %d, as those of %s, found %d",
			wanted, first.path, own).
			WithHint("%s; with split_seed: %d in dataset, models of any seed are tested on the same rows", hint, wanted)
	}
	return nil
}

// ValidationNote returns a note if some model has learned samples that the first one holds back for validation, and on
// which the mean is then validated; "" if none has.
func (m *Mean) ValidationNote() string {
	first := m.files[0]
	for _, f := range m.files[1:] {
		if first.trained.ValidationSplit > 0 && !f.holdsBack(first) {
			return f.path + " holds back other samples for validation than " + first.path +
				": it has learned some of those on which their mean is validated"
		}
	}
	return ""
}

// holdsBack reports whether f has not learned any sample that the other model holds back for validation.
func (f file) holdsBack(other file) bool {
	own, wanted := f.trained, other.trained
	stratified := wanted.Validation == "stratified"
	tail := wanted.Dataset.CSV == "" || !wanted.Dataset.IsTable() && wanted.Dataset.Test != "" // in the files' order
	drawn := stratified || !tail
	switch {
	case own.Validation != wanted.Validation, drawn && own.SplitSeed() != wanted.SplitSeed():
		return false
	case stratified:
		return own.ValidationSplit == wanted.ValidationSplit
	}
	return own.ValidationSplit >= wanted.ValidationSplit // a longer end of the same order
}

// standardization returns the mean and the standard deviation with which the merged network's inputs are standardized;
// nil for images. They are the first model's, except for a column that was constant for it: such a column is 0 for a
// network, so it takes them from a model that knows the column to vary.
func (m *Mean) standardization() (mean, std []float64) {
	first := m.files[0]
	mean, std = slices.Clone(first.Mean), slices.Clone(first.Std)
	for c := range std {
		for _, f := range m.files {
			if f.Std[c] != table.ConstantStd {
				mean[c], std[c] = f.Mean[c], f.Std[c]
				break
			}
		}
	}
	return mean, std
}

// quoted joins names for a message.
func quoted(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, strconv.Quote(name))
	}
	return strings.Join(all, ", ")
}
