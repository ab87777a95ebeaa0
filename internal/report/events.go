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

// Events writes what happens in a run as JSON lines: one object a line, each with an "event" that says what it is, keys
// always in the same order. This is what dnn train --json prints, and it is stable: keys may be added, never renamed.
//
//	{"event":"start","dataset":"mnist","train_samples":48000,"validation_samples":12000,"test_samples":10000,"steps_per_epoch":480,"epochs":10,"batch_size":100,"seed":1,"threads":2,"simd":"avx2","parameters":84060,"version":"1.0.0"}
//	{"event":"epoch","epoch":1,"epoch_s":0.061,"loss":0.3512168228626251,"accuracy":0.9004791378974915,"val_loss":0.19003526866436005,"val_accuracy":0.9458333253860474,"learning_rate":0.001}
//	{"event":"end","test_loss":0.08797961473464966,"test_accuracy":0.9761999845504761,"train_s":0.62,"epochs":10,"model":"model.bin","sha256":"9f86d0…"}
//	{"event":"note","message":"the class 9 has no training sample"}
//	{"event":"error","code":3,"where":"mlp.yaml:2:1","message":"unknown key layer","hint":"did you mean layers?"}
//
// Losses and accuracies are the exact float32 values, in the fewest digits that identify them as float64. One that is NaN
// or infinite, which JSON cannot write, is null. Seconds are rounded to a microsecond.
type Events struct {
	w io.Writer
}

// NewEvents returns an Events that writes to w, one Write a line.
func NewEvents(w io.Writer) *Events {
	return &Events{w: w}
}

// StartEvent tells, before the first epoch, what is about to run.
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

// EndEvent tells how a run ended.
type EndEvent struct {
	TestLoss     float32
	TestAccuracy float32
	Untested     bool    // these two are null: a test would have taken long, and the run was stopped
	TrainSeconds float64 // wall clock of all epochs
	Epochs       int     // that were finished
	Model        string  // the file
	SHA256       string  // of the file
	Interrupted  bool    // stopped before the last epoch; the key is there only if so
}

// Start writes {"event":"start",…}.
func (e *Events) Start(s StartEvent) error {
	return e.write(struct {
		Event string `json:"event"`
		StartEvent
	}{"start", s})
}

// Epoch writes {"event":"epoch",…}. The keys val_loss and val_accuracy are there only if the epoch was validated, and
// "phases", an object of seconds by name of phase, only if phases is not empty.
func (e *Events) Epoch(epoch history.Epoch, phases map[string]float64) error {
	record := history.RecordOf[number](epoch)
	record.Seconds = new(number(math.Round(epoch.Seconds*1e6) / 1e6))
	line := struct {
		Event string `json:"event"`
		history.Record[number]
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
		Event        string  `json:"event"`
		TestLoss     number  `json:"test_loss"`
		TestAccuracy number  `json:"test_accuracy"`
		TrainSeconds seconds `json:"train_s"`
		Epochs       int     `json:"epochs"`
		Model        string  `json:"model"`
		SHA256       string  `json:"sha256"`
		Interrupted  bool    `json:"interrupted,omitempty"`
	}{"end", number(end.TestLoss), number(end.TestAccuracy), seconds(end.TrainSeconds), end.Epochs, end.Model, end.SHA256,
		end.Interrupted})
}

// Note writes {"event":"note",…}: what may be a mistake, and stops nothing. It can come before the start event.
func (e *Events) Note(message string) error {
	return e.write(struct {
		Event   string `json:"event"`
		Message string `json:"message"`
	}{"note", message})
}

// Evaluation is what dnn eval found.
type Evaluation struct {
	Model     string
	Split     string
	Samples   int
	Loss      float32
	Accuracy  float32
	Confusion *Confusion // nil: not asked for
}

// Evaluation writes what dnn eval --json prints, the one line of its kind:
//
//	{"model":"model.bin","split":"test","samples":10000,"loss":0.08797961473464966,"accuracy":0.9761999845504761}
func (e *Events) Evaluation(found Evaluation) error {
	return e.write(struct {
		Model     string     `json:"model"`
		Split     string     `json:"split"`
		Samples   int        `json:"samples"`
		Loss      number     `json:"loss"`
		Accuracy  number     `json:"accuracy"`
		Confusion *Confusion `json:"confusion,omitempty"`
	}{found.Model, found.Split, found.Samples, number(found.Loss), number(found.Accuracy), found.Confusion})
}

// Error writes {"event":"error",…} with the exit status as its code. An error that is no *fault.Error has code 70 and its
// text as the message. Each text is as long at most as PrintError's.
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
	line.Where, line.Message, line.Hint = abridge(line.Where, longestLine), abridge(line.Message, longestLine), abridge(line.Hint, longestHint)
	return e.write(line)
}

// write prints v as one line.
func (e *Events) write(v any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // a & in the name of a file stays one
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

// number is a float64 whose JSON is null where it is NaN or infinite.
type number float64

// MarshalJSON returns the shortest decimal that reads back as n, or null.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return json.Marshal(f)
	}
	return []byte("null"), nil
}

// seconds is a duration whose JSON is rounded to a microsecond.
type seconds float64

// MarshalJSON returns s in seconds.
func (s seconds) MarshalJSON() ([]byte, error) {
	return number(math.Round(float64(s)*1e6) / 1e6).MarshalJSON()
}
