package compare

import (
	"slices"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/testset"
)

// Read reads the models at paths, of which there are at least two, with the function read (nil: modelfile.Read), and
// refuses those that cannot be given the same samples: each must take the inputs of the first one, in its order, and
// tell the same classes apart.
func Read(paths []string, read func(path string) (*modelfile.Model, error)) ([]Model, error) {
	if read == nil {
		read = modelfile.Read
	}
	var models []Model
	for _, path := range paths {
		m, err := read(path)
		if err != nil {
			return nil, err
		}
		models = append(models, Model{Model: m, Name: path})
		if err := models[len(models)-1].checkLike(models[0]); err != nil {
			return nil, err
		}
	}
	return models, nil
}

// checkLike refuses a model that cannot be given the samples of the first one.
func (m Model) checkLike(first Model) error {
	unlike := func(what string, wanted, found any) error {
		return fault.New(fault.Data, m.Name, "wanted %s %v, as %s has, found %v", what, wanted, first.Name, found)
	}
	own, wanted := m.Architecture, first.Architecture
	switch {
	case own.Input != wanted.Input:
		return unlike("inputs:", wanted.Input, own.Input)
	case own.Classes() != wanted.Classes():
		return unlike("classes:", wanted.Classes(), own.Classes())
	case !slices.Equal(m.Columns, first.Columns):
		return unlike("the columns", first.Columns, m.Columns)
	case len(m.Classes) > 0 && len(first.Classes) > 0 && !slices.Equal(m.Classes, first.Classes):
		return unlike("the classes", first.Classes, m.Classes)
	}
	return nil
}

const hintData = "--data PATH compares them on samples that neither has learned"

// Base returns the model whose test samples are used, the first one that says what it was trained on, and its
// experiment. If these are not test samples of another model, because that was trained on other data or on other rows
// of a table, it is an error, unless others, the path of other samples to use, is not empty.
func Base(models []Model, others string) (Model, *config.Resolved, error) {
	at := slices.IndexFunc(models, func(m Model) bool { return len(m.Config) > 0 })
	if at < 0 && others == "" {
		return Model{}, nil, fault.New(fault.Data, models[0].Name,
			"wanted a model that says what it was trained on, found none").WithHint("--data PATH says what to test it on")
	}
	base := models[max(at, 0)]
	trained, err := testset.Experiment(base.Name, base.Model, others)
	if err != nil || others != "" {
		return base, trained, err
	}
	for _, m := range models {
		if err := m.checkTestedLike(base, trained); err != nil {
			return Model{}, nil, err
		}
	}
	return base, trained, nil
}

// checkTestedLike refuses a model that was trained on other data than the base, or on rows that test the base.
func (m Model) checkTestedLike(base Model, trained *config.Resolved) error {
	if m.DataHash != "" && base.DataHash != "" && m.DataHash != base.DataHash {
		return fault.New(fault.Data, m.Name, "wanted a model that was trained on the files of %s, as %s was, found one of %s",
			base.Dataset, base.Name, m.Dataset).WithHint(hintData)
	}
	if trained.Dataset.CSV == "" || trained.Dataset.Test != "" || len(m.Config) == 0 {
		return nil // the test samples are in files of their own, or it is not known what m has learned
	}
	own, err := config.Stored(m.Name, m.Config)
	if err != nil {
		return err
	}
	if own.Dataset.TestSplit != trained.Dataset.TestSplit || own.SplitSeed() != trained.SplitSeed() {
		return fault.New(fault.Data, m.Name, "has learned some of the rows that test %s: wanted the same test_split and "+
			"split_seed (%v and %d), found %v and %d", base.Name, trained.Dataset.TestSplit, trained.SplitSeed(),
			own.Dataset.TestSplit, own.SplitSeed()).WithHint(hintData)
	}
	return nil
}
