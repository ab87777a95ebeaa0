package train

import (
	"encoding/json"
	"fmt"
	"io"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/safetensors"
)

// Checkpoint is everything that a run needs to go on in another process as if it had never stopped. Random numbers and
// learning rates need no state: they follow from the seed, the epoch and the step. docs/model-format.md describes the
// file.
type Checkpoint struct {
	progress
	optimizer map[string]float64 // the optimizer's counters
	callbacks map[string]map[string]float64
	rates     history.RateChanges
	tensors   []safetensors.Tensor

	config json.RawMessage
	inputs map[string]string

	inHistoryFile historyPrefix // the first epochs, which are stored in the history file

	path        string // the file that it was read from; may be empty
	stepsInName int    // the number of steps in the name of that file
}

// progress is how far a run has come.
type progress struct {
	history history.Epochs
	step    int         // steps taken in the current epoch
	seconds float64     // that these steps took
	sum     step.Result // the summed results of these steps
	ended   string      // the reason of the Stop that ended the run; empty: there was none
}

// checkpointKey is the key of the document in the metadata of the safetensors file.
const checkpointKey = "checkpoint"

// checkpointFormat is the newest format: a checkpoint of a run whose learning rate a person has changed. Others have format
// 2 if their first epochs are in a history file, and else 1.
const checkpointFormat = 3

// document is the JSON of a checkpoint. Its keys are written in this order.
type document struct {
	Format    int                                  `json:"format"`
	Step      int                                  `json:"step"`
	Seconds   history.Number                       `json:"epoch_s"`
	Samples   int                                  `json:"samples"`
	LossSum   history.Number                       `json:"loss_sum"`
	Right     int                                  `json:"right"`
	Ended     string                               `json:"ended"`
	Before    *historyPrefix                       `json:"before,omitempty"`
	History   []history.Record[history.Number]     `json:"history"`
	Optimizer map[string]history.Number            `json:"optimizer"`
	Callbacks map[string]map[string]history.Number `json:"callbacks"`
	Rates     history.RateChanges                  `json:"rate_changes,omitempty"`
	Config    json.RawMessage                      `json:"config,omitempty"`
	Inputs    map[string]string                    `json:"inputs"`
}

// encode writes the checkpoint.
func (c *Checkpoint) encode(w io.Writer) error {
	d := document{
		Format: 1, Step: c.step, Seconds: history.Number(c.seconds),
		Samples: c.sum.Count, LossSum: history.Number(c.sum.Loss), Right: c.sum.Right, Ended: c.ended,
		History: []history.Record[history.Number]{}, Optimizer: numbers(c.optimizer),
		Callbacks: map[string]map[string]history.Number{}, Rates: c.rates, Config: c.config, Inputs: c.inputs,
	}
	if c.inHistoryFile != (historyPrefix{}) {
		d.Format, d.Before = 2, &c.inHistoryFile
	}
	if len(c.rates) > 0 {
		d.Format = 3
	}
	for _, e := range c.history[c.inHistoryFile.Epochs:] {
		d.History = append(d.History, history.RecordOf[history.Number](e))
	}
	for name, values := range c.callbacks {
		d.Callbacks[name] = numbers(values)
	}
	_, err := safetensors.Encode(w, &safetensors.File{
		Key: checkpointKey, Document: string(safetensors.Marshal(d)), Tensors: c.tensors,
	})
	return err
}

// decodeCheckpoint reads what encode wrote and checks everything but whether it fits a run. readHistory returns the
// epochs that are in the history file. Errors are of kind fault.Data.
func decodeCheckpoint(
	r io.Reader, where string, readHistory func(historyPrefix) (history.Epochs, error),
) (*Checkpoint, error) {
	file, err := safetensors.Decode(r, where)
	if err != nil {
		return nil, err
	}
	if file.Key != checkpointKey {
		return nil, fault.New(fault.Data, where, "wanted a checkpoint, found another file of dnn's (%s)", file.Key)
	}
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal([]byte(file.Document), &format); err == nil && format.Format > checkpointFormat {
		return nil, fault.New(fault.Data, where,
			"wanted format %d or an older one, found format %d: a newer dnn wrote it", checkpointFormat, format.Format)
	}
	var d document
	if err := safetensors.Unmarshal([]byte(file.Document), &d); err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	c, err := d.checkpoint()
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	first, err := readHistory(c.inHistoryFile)
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	c.history, c.tensors = append(first, c.history...), file.Tensors
	return c, nil
}

// checkpoint returns the checkpoint with the epochs that the document itself holds.
func (d document) checkpoint() (*Checkpoint, error) {
	if d.Format < 1 || d.Step < 0 || d.Samples < 0 || d.Right < 0 || d.Right > d.Samples ||
		(d.Step == 0) != (d.Samples == 0) {
		return nil, fmt.Errorf("its numbers contradict each other: format %d, step %d, samples %d, right %d",
			d.Format, d.Step, d.Samples, d.Right)
	}
	if d.Ended != "" && (d.Step > 0 || len(d.History) == 0 && d.Before == nil) {
		return nil, fmt.Errorf("its numbers contradict each other: it ended (%s) after step %d of epoch %d",
			d.Ended, d.Step, len(d.History)+1)
	}
	if d.Format < 3 && (d.Format == 1) != (d.Before == nil) || d.Before != nil && (d.Before.Epochs < 1 || d.Before.Bytes < 1) {
		return nil, fmt.Errorf(`wanted "before" from format 2 on, with at least one epoch, found %+v in format %d`,
			d.Before, d.Format)
	}
	if (d.Format < 3) != (len(d.Rates) == 0) {
		return nil, fmt.Errorf(`wanted "rate_changes" in format 3 only, found %d in format %d`, len(d.Rates), d.Format)
	}
	if err := d.Rates.Check(); err != nil {
		return nil, err
	}
	c := &Checkpoint{
		rates: d.Rates,
		progress: progress{
			step: d.Step, seconds: float64(d.Seconds), ended: d.Ended,
			sum: step.Result{Count: d.Samples, Loss: float64(d.LossSum), Right: d.Right},
		},
		optimizer: floats(d.Optimizer), callbacks: map[string]map[string]float64{}, config: d.Config, inputs: d.Inputs,
	}
	if d.Before != nil {
		c.inHistoryFile = *d.Before
	}
	for i, r := range d.History {
		e, err := r.Read()
		if err != nil {
			return nil, err
		}
		if wanted := c.inHistoryFile.Epochs + i + 1; e.Epoch != wanted {
			return nil, fmt.Errorf("history: wanted epoch %d, found epoch %d", wanted, e.Epoch)
		}
		c.history = append(c.history, e)
	}
	for name, values := range d.Callbacks {
		c.callbacks[name] = floats(values)
	}
	return c, nil
}

func numbers(values map[string]float64) map[string]history.Number {
	out := make(map[string]history.Number, len(values))
	for name, v := range values {
		out[name] = history.Number(v)
	}
	return out
}

func floats(values map[string]history.Number) map[string]float64 {
	out := make(map[string]float64, len(values))
	for name, v := range values {
		out[name] = float64(v)
	}
	return out
}

// Tensor names are one of these prefixes and the name of a parameter. The prefix of a callback's weights is its name
// and a slash.
const (
	weightsPrefix   = "weights/"   // at the start of the next step
	epochPrefix     = "epoch/"     // after the last completed epoch, averaged if there is an average
	optimizerPrefix = "optimizer/" // the optimizer's state
)

// capture returns a checkpoint of the run, which must be between two steps. The checkpoint has no memory of its own for
// weights and moments, so it must be written before the next step.
func (l *loop) capture() *Checkpoint {
	c := &Checkpoint{
		progress: l.progress, optimizer: l.Optimizer.Counters(), callbacks: map[string]map[string]float64{},
		rates: l.noteRate(), config: l.Checkpoints.Config, inputs: l.Checkpoints.inputs(),
	}
	store := func(prefix string, arrays []optimizer.StateArray) {
		for _, a := range arrays {
			t := safetensors.Tensor{Name: prefix + a.Name, Shape: a.Shape, Data: a.Value.Data, Stride: a.Value.Stride}
			c.tensors = append(c.tensors, t)
		}
	}
	store(weightsPrefix, arraysOf(l.Model, nil))
	store(epochPrefix, arraysOf(l.Model, l.epochWeights))
	store(optimizerPrefix, l.Optimizer.State())
	for _, callback := range l.Callbacks {
		if callback.Save == nil {
			continue
		}
		state := callback.Save()
		c.callbacks[callback.Name] = state.Values
		if state.Weights != nil {
			store(callback.Name+"/", arraysOf(l.Model, state.Weights))
		}
	}
	return c
}

// History returns the epochs that were completed before the checkpoint.
func (c *Checkpoint) History() history.Epochs { return c.history }

// Step returns how many steps were taken in the epoch after them.
func (c *Checkpoint) Step() int { return c.step }

// Path returns the file that the checkpoint was read from.
func (c *Checkpoint) Path() string { return c.path }

// Ended reports whether a callback had ended the run.
func (c *Checkpoint) Ended() bool { return c.ended != "" }

// arraysOf returns the arrays of a model's parameters, backed by the snapshot if there is one and by the model
// otherwise.
func arraysOf(model *nn.Sequential, snapshot [][]float32) []optimizer.StateArray {
	var arrays []optimizer.StateArray
	for i, p := range model.Params() {
		a := optimizer.StateArray{ParamSpec: p.ParamSpec, Value: p.Value}
		if snapshot != nil {
			a.Value.Data = snapshot[i]
		}
		arrays = append(arrays, a)
	}
	return arrays
}
