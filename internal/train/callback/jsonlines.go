package callback

import (
	"encoding/json"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
)

// JSONLines writes one JSON object per epoch to a new file, as the epoch ends. Its keys are the columns of the history
// file:
//
//	{"epoch":1,"epoch_s":0.061,"loss":0.35,"accuracy":0.9,"val_loss":0.19,"val_accuracy":0.95,"learning_rate":0.001}
//
// Without validation, its keys are left out. Numbers that JSON cannot represent are written as "NaN", "+Inf" or "-Inf".
type JSONLines struct{ File string }

func newJSONLines() Named { return Named{Name: "json_log", Kind: &JSONLines{}} }

// Settings implements Kind.
func (j *JSONLines) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "json_log", Value: &j.File, Optional: true, Example: "runs/first.jsonl",
			Doc:    "File to write each epoch to, as one line of JSON.",
			Advice: "for a program that follows or compares runs."},
	}
}

// Path implements Log.
func (j *JSONLines) Path() string { return j.File }

// Probe implements Log.
func (j *JSONLines) Probe() error { return probeFile(j.File) }

// Add implements Kind.
func (j *JSONLines) Add(run *train.Run) { run.Callbacks = append(run.Callbacks, j.callback()) }

func (j *JSONLines) callback() train.Callback {
	return lineLog(j.File, "", func(e history.Epoch) ([]byte, error) {
		line, err := json.Marshal(history.RecordOf[history.Number](e))
		return append(line, '\n'), err
	})
}

// probeFile returns an error if a log cannot be written to a file. It leaves nothing behind.
func probeFile(path string) error {
	if err := atomicfile.ProbeOpen(path); err != nil {
		return fault.CannotWrite(path, err)
	}
	return nil
}
