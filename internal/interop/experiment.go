package interop

import (
	"encoding/json"
	"slices"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
)

// model makes a model of a chain: its network, and the experiment that tests it and trains it further.
func model(c *chain.Chain, o Options, path string) (*modelfile.Model, []string, error) {
	how := chain.Options{Activations: o.Activations, Scale: o.Scale}
	if o.Classes != nil {
		c.Classes = o.Classes
	}
	if o.Like != nil {
		like, err := o.Like.Architecture(c.Inputs(), max(2, c.Outputs()))
		if err != nil {
			return nil, nil, err
		}
		how.Like = &like
		if err := nameColumns(c, o.Like.Dataset); err != nil {
			return nil, nil, err
		}
	}
	m, notes, err := c.Model(how, path)
	if err != nil {
		return nil, nil, err
	}
	note, err := setExperiment(m, o.Like, path)
	if note != "" {
		notes = append(notes, note)
	}
	return m, notes, err
}

// nameColumns gives the inputs and classes of a chain the names that the experiment's table has for them.
func nameColumns(c *chain.Chain, d config.Dataset) error {
	if !d.IsTable() || c.Columns != nil {
		return nil
	}
	s, err := dataset.New(d, "dataset", nil)
	if err != nil {
		return err
	}
	if len(s.Columns) == c.Inputs() {
		c.Columns = s.Columns
	}
	if c.Classes == nil && len(s.Classes) == max(2, c.Outputs()) {
		c.Classes = s.Classes
	}
	return nil
}

// setExperiment stores the experiment, with the model's own layers. Without one, a model of images as MNIST's with ten
// classes gets the built-in one, and the note says so; any other gets none.
func setExperiment(m *modelfile.Model, like *config.Resolved, path string) (note string, err error) {
	given := []byte(`{}`)
	switch {
	case like != nil:
		if given, err = json.Marshal(like.Reproducible()); err != nil {
			return "", err
		}
	case slices.Equal(m.InputShape, []int{28, 28}) && m.Architecture.Output() == 10:
		note = "it is taken as a model of mnist (dnn import --like names another experiment)"
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
