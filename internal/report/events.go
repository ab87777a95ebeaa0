package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"

	"dnn/internal/fault"
	"dnn/internal/history"
)

// Events writes what happens in a run as JSON lines, one object a line. Its "event" says what it is, and its keys are
// always in the same order. dnn train --json prints this. The format is stable: keys may be added, but not renamed.
//
//	{"event":"start","dataset":"mnist","train_samples":48000,…,"threads":2,"simd":"avx2","parameters":84060,…}
//	{"event":"epoch","epoch":1,"epoch_s":0.061,"loss":0.3512168228626251,…,"learning_rate":0.001}
//	{"event":"end","test_loss":0.08797961473464966,…,"epochs":10,"model":"model.bin","sha256":"9f86d0…"}
//	{"event":"note","message":"the class 9 has no training sample"}
//	{"event":"error","code":3,"where":"mlp.yaml:2:1","message":"unknown key layer","hint":"did you mean layers?"}
//
// Losses and accuracies are the exact float32 values, in the fewest digits that identify them as float64. A NaN or an
// infinity, which JSON does not have, is null. Seconds are rounded to a microsecond.
type Events struct {
	w io.Writer
}

// NewEvents returns an Events that writes to w, each line with one call of Write.
func NewEvents(w io.Writer) *Events {
	return &Events{w: w}
}

// StartEvent says, before the first epoch, what is about to run.
type StartEvent struct {
	Dataset           string `json:"dataset"`
	TrainSamples      int    `json:"train_samples"`      // without those held out for validation
	ValidationSamples int    `json:"validation_samples"` // 0: no validation
	TestSamples       int    `json:"test_samples"`
	StepsPerEpoch     int    `json:"steps_per_epoch"`
	Epochs            int    `json:"epochs"`
	BatchSize         int    `json:"batch_size"`
	Seed              uint64 `json:"seed"`
	Threads           int    `json:"threads"`
	SIMD              string `json:"simd"` // generic, avx2, avx512, neon
	Parameters        int    `json:"parameters"`
	Version           string `json:"version"` // of dnn
}

// EndEvent says how a run ended.
type EndEvent struct {
	TestLoss     float32
	TestAccuracy float32
	Untested     bool    // loss and accuracy are null: the run was stopped, and a test would have taken long
	TrainSeconds float64 // wall clock of all epochs
	Epochs       int     // finished
	Model        string  // the name of the file
	SHA256       string  // of the file
	Interrupted  bool    // stopped before the last epoch; if false, the key is absent
}

// Start writes {"event":"start",…}.
func (e *Events) Start(s StartEvent) error {
	return e.write(struct {
		Event string `json:"event"`
		StartEvent
	}{"start", s})
}

// Epoch writes {"event":"epoch",…}. The keys val_loss and val_accuracy are absent if the epoch was not validated. The
// key "phases", an object of seconds by name of phase, is absent if phases is empty.
func (e *Events) Epoch(epoch history.Epoch, phases map[string]float64) error {
	record := history.RecordOf[jsonFloat](epoch)
	record.Seconds = new(jsonFloat(math.Round(epoch.Seconds*1e6) / 1e6))
	line := struct {
		Event string `json:"event"`
		history.Record[jsonFloat]
		Phases map[string]seconds `json:"phases,omitempty"`
	}{Event: "epoch", Record: record}
	if len(phases) > 0 {
		line.Phases = make(map[string]seconds, len(phases))
		for name, s := range phases {
			line.Phases[name] = seconds(s)
		}
	}
	return e.write(line)
}

// End writes {"event":"end",…}.
func (e *Events) End(end EndEvent) error {
	if end.Untested {
		end.TestLoss, end.TestAccuracy = float32(math.NaN()), float32(math.NaN())
	}
	return e.write(struct {
		Event        string    `json:"event"`
		TestLoss     jsonFloat `json:"test_loss"`
		TestAccuracy jsonFloat `json:"test_accuracy"`
		TrainSeconds seconds   `json:"train_s"`
		Epochs       int       `json:"epochs"`
		Model        string    `json:"model"`
		SHA256       string    `json:"sha256"`
		Interrupted  bool      `json:"interrupted,omitempty"`
	}{"end", jsonFloat(end.TestLoss), jsonFloat(end.TestAccuracy), seconds(end.TrainSeconds),
		end.Epochs, end.Model, end.SHA256, end.Interrupted})
}

// Note writes {"event":"note",…} about a possible mistake that stops nothing. It may come before the start event.
func (e *Events) Note(message string) error {
	return e.write(struct {
		Event   string `json:"event"`
		Message string `json:"message"`
	}{"note", message})
}

// Evaluation is the result of dnn eval.
type Evaluation struct {
	Models    []string // their files; of several, their mean was evaluated
	Views     []string // in which each model saw the images, besides as they are
	Split     string
	Samples   int
	Loss      float32
	Accuracy  float32
	Confusion *Confusion // nil: not asked for
}

// Evaluation writes the only line of dnn eval --json. Several models are in models in place of model:
//
//	{"model":"model.bin","split":"test","samples":10000,"loss":0.08797961473464966,"accuracy":0.9761999845504761}
//	{"models":["a.bin","b.bin"],"views":["horizontal_flip"],"split":"test",…}
func (e *Events) Evaluation(found Evaluation) error {
	line := struct {
		Model     string     `json:"model,omitempty"`
		Models    []string   `json:"models,omitempty"`
		Views     []string   `json:"views,omitempty"`
		Split     string     `json:"split"`
		Samples   int        `json:"samples"`
		Loss      jsonFloat  `json:"loss"`
		Accuracy  jsonFloat  `json:"accuracy"`
		Confusion *Confusion `json:"confusion,omitempty"`
	}{
		Models: found.Models, Views: found.Views, Split: found.Split, Samples: found.Samples,
		Loss: jsonFloat(found.Loss), Accuracy: jsonFloat(found.Accuracy), Confusion: found.Confusion,
	}
	if len(found.Models) == 1 {
		line.Model, line.Models = found.Models[0], nil
	}
	return e.write(line)
}

// Object writes the only line of a command that prints one object.
func (e *Events) Object(v any) error { return e.write(v) }

// Error writes {"event":"error",…}, with the exit status as its code. An error that is not a *fault.Error has code 70,
// and its text as the message. Texts are at most as long as PrintError's.
func (e *Events) Error(err error) error {
	line := struct {
		Event   string     `json:"event"`
		Code    fault.Kind `json:"code"`
		Where   string     `json:"where"`
		Message string     `json:"message"`
		Hint    string     `json:"hint,omitempty"`
	}{Event: "error", Code: fault.KindOf(err), Message: err.Error()}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		line.Where, line.Message, line.Hint = f.Where, f.What, f.Hint
	}
	line.Where, line.Message = abridge(line.Where, longestLine), abridge(line.Message, longestLine)
	line.Hint = abridge(line.Hint, longestHint)
	return e.write(line)
}

// write prints v as one line.
func (e *Events) write(v any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // so that & in the name of a file stays as it is
	if err := encoder.Encode(v); err != nil {
		return err
	}
	if _, err := e.w.Write(line.Bytes()); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return f
		}
		return fault.New(fault.Write, "standard output", "cannot write JSON lines: %w", err)
	}
	return nil
}

// jsonFloat is a float64 whose JSON is null where it is NaN or infinite.
type jsonFloat float64

// MarshalJSON returns the shortest decimal that reads back as f, or null.
func (f jsonFloat) MarshalJSON() ([]byte, error) {
	if v := float64(f); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return json.Marshal(v)
	}
	return []byte("null"), nil
}

// seconds is a duration whose JSON is rounded to a microsecond.
type seconds float64

// MarshalJSON returns s in seconds.
func (s seconds) MarshalJSON() ([]byte, error) {
	return jsonFloat(math.Round(float64(s)*1e6) / 1e6).MarshalJSON()
}
