package testset

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
)

// Experiment returns the experiment that a model stores. Of a model that stores none, as those of other programs, it
// returns one whose data set is at the path data, if that is not empty: images, or a table that has the model's columns
// and one more, the target. name is what messages call the model.
func Experiment(name string, m *modelfile.Model, data string) (*config.Resolved, error) {
	if len(m.Config) > 0 || data == "" {
		return config.Stored(name, m.Config)
	}
	set := map[string]any{"idx": data}
	if len(m.Columns) > 0 {
		target, err := target(data, m.Columns)
		if err != nil {
			return nil, err
		}
		set = map[string]any{"csv": data, "target": target}
	}
	text, err := json.Marshal(map[string]any{"dataset": set})
	if err != nil {
		return nil, err
	}
	return config.Stored(name, text)
}

// target returns the one column of a table that is not one of the given.
func target(path string, columns []string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = in.Close() }() // it was only read
	names, err := csv.NewReader(in).Read()
	if err != nil {
		return "", fault.New(fault.Data, path, "wanted a line with the names of columns: %w", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(columns, name) })
	if len(names) == 1 {
		return names[0], nil
	}
	return "", fault.New(fault.Data, path, "wanted the columns of the model and one more, the target, found %s more (%s)",
		fault.Count(len(names), "column"), strings.Join(names[:min(len(names), 8)], ", ")).
		WithHint("dnn import --like experiment.yaml makes a model file that knows its target")
}
