package interop

import (
	"encoding/json"
	"slices"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
)

// model makes a model of a chain: its network, and the experiment that tests it and trains it further.
func model(c *chain.Chain, o Options, path string) (*modelfile.Model, []string, error) {
	how := chain.Options{Activations: o.Activations, Scale: o.Scale}
	if o.Classes != nil {
		if err := checkClasses(o.Classes, max(2, c.Outputs())); err != nil {
			return nil, nil, err
		}
		c.Classes = o.Classes
	}
	hash := ""
	if o.Like != nil {
		like, err := o.Like.Architecture(c.Inputs(), max(2, c.Outputs()))
		if err != nil {
			return nil, nil, err
		}
		how.Like = &like
		if hash, err = useTable(c, o.Like.Dataset); err != nil {
			return nil, nil, err
		}
	}
	m, notes, err := c.Model(how, path)
	if err != nil {
		return nil, nil, err
	}
	m.DataHash = hash
	note, err := setExperiment(m, o.Like, path)
	if note != "" {
		notes = append(notes, note)
	}
	return m, notes, err
}

// checkClasses refuses names that are not those of n outputs.
func checkClasses(names []string, n int) error {
	if len(names) != n {
		return fault.New(fault.Usage, "--classes", "wanted %s, one for each class of the network, found %d",
			fault.Count(n, "name"), len(names))
	}
	for i, name := range names {
		if name == "" || slices.Contains(names[:i], name) {
			return fault.New(fault.Usage, "--classes", "wanted names that differ, found %q again, or an empty one", name)
		}
	}
	return nil
}

// useTable gives the inputs and classes of a chain the names that the experiment's CSV file has for them, and returns the
// hash of the file: its rows are then split as in a training, so that the test rows of the one are those of the other.
// Other data sets have a hash of "", since their test samples are in files of their own.
func useTable(c *chain.Chain, d config.Dataset) (hash string, err error) {
	if d.CSV == "" {
		return "", nil
	}
	s, err := dataset.New(d, "dataset", nil)
	if err != nil {
		return "", err
	}
	if d.IsTable() && c.Columns == nil && len(s.Columns) == c.Inputs() {
		c.Columns = s.Columns
	}
	if c.Classes == nil && len(s.Classes) == max(2, c.Outputs()) {
		c.Classes = s.Classes
	}
	return s.Hash, nil
}

// setExperiment stores the experiment, with the model's own layers. Without one, a model of images as MNIST's with ten
// classes gets the built-in one, and the note says so, unless its classes have names that are not those of digits: then
// it is of the data set that has them, or of none.
func setExperiment(m *modelfile.Model, like *config.Resolved, path string) (note string, err error) {
	given := []byte(`{}`)
	switch {
	case like != nil:
		if given, err = json.Marshal(like.Reproducible()); err != nil {
			return "", err
		}
	case slices.Equal(m.InputShape, []int{28, 28}) && m.Architecture.Output() == 10:
		name := "mnist"
		if m.Classes != nil {
			name = dataset.WithClasses(m.Classes)
		}
		if name == "" {
			return "", nil
		}
		if given, err = json.Marshal(map[string]string{"dataset": name}); err != nil {
			return "", err
		}
		note = "it is taken as a model of " + name + " (dnn import --like names another experiment)"
	default:
		return "", nil
	}
	own, err := config.StoredFor(path, given, m.Architecture)
	switch {
	case err == nil:
		m.Dataset = own.Dataset.String()
		m.Config, err = json.Marshal(own.Reproducible())
	case like == nil: // the built-in experiment cannot say such a network
		note, err = "", nil
	}
	return note, err
}
