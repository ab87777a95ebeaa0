package train

import (
	"encoding/json"

	"dnn/internal/history"
)

// JSONLines returns a callback that writes one JSON object an epoch to a new file at path, as it happens, with the keys of
// the history file:
//
//	{"epoch":1,"epoch_s":0.061,"loss":0.35,"accuracy":0.9,"val_loss":0.19,"val_accuracy":0.95,"learning_rate":0.001}
//
// Those of validation are missing in a run without any. A figure that JSON cannot write is "NaN", "+Inf" or "-Inf".
func JSONLines(path string) Callback {
	return lines(path, "", func(e history.Epoch) ([]byte, error) {
		line, err := json.Marshal(history.RecordOf[history.Number](e))
		return append(line, '\n'), err
	})
}
