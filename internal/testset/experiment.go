package testset

import (
	"encoding/json"

	"dnn/internal/config"
	"dnn/internal/modelfile"
	"dnn/internal/table"
)

// Experiment returns the experiment that a model stores. Of a model that stores none, as those of other programs, it
// returns one whose data set is at the path data, if that is not empty: images, or a table that has the model's columns
// and one more, the target (see table.GuessTarget). name is what messages call the model.
func Experiment(name string, m *modelfile.Model, data string) (*config.Resolved, error) {
	if len(m.Config) > 0 || data == "" {
		return config.Stored(name, m.Config)
	}
	set := map[string]any{"idx": data}
	if len(m.Columns) > 0 {
		o, err := table.GuessTarget(data, m.Columns)
		if err != nil {
			return nil, err
		}
		set = map[string]any{"csv": data, "target": o.Target}
		if len(o.Ignore) > 0 {
			set["ignore"] = o.Ignore
		}
	}
	text, err := json.Marshal(map[string]any{"dataset": set})
	if err != nil {
		return nil, err
	}
	return config.Stored(name, text)
}
