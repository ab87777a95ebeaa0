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

// Checkpoint is all that a run needs to go on in another process as if it had never been stopped. The random numbers of a
// run are keyed by seed, epoch and step, and the learning rate follows from the step, so the place where it was is enough for
// both. docs/model-format.md describes its file.
type Checkpoint struct {
	progress
	optimizer map[string]float64 // its counters
	callbacks map[string]map[string]float64
	tensors   []safetensors.Tensor

	config json.RawMessage
	inputs map[string]string

	before before // of the history, what the file beside has
	path   string // of the file that it was read from; may be empty
	named  int    // after how many steps it is, by the name of that file
}

// progress is where a run is.
type progress struct {
	history history.Epochs
	step    int         // steps taken in the epoch after those of the history
	seconds float64     // that they took
	sum     step.Result // what they gave
	ended   string      // why a callback ended the run; empty: none did
}

// checkpointKey is under which the container's metadata has the document.
const checkpointKey = "checkpoint"

// checkpointFormat is the newest, that of a checkpoint whose first epochs are in the file beside it. Of others it is 1.
const checkpointFormat = 2

// document is the JSON of a checkpoint, in the order of its keys.
type document struct {
	Format    int                                  `json:"format"`
	Step      int                                  `json:"step"`
	Seconds   history.Number                       `json:"epoch_s"`
	Samples   int                                  `json:"samples"`
	LossSum   history.Number                       `json:"loss_sum"`
	Right     int                                  `json:"right"`
	Ended     string                               `json:"ended"`
	Before    *before                              `json:"before,omitempty"`
	History   []history.Record[history.Number]     `json:"history"`
	Optimizer map[string]history.Number            `json:"optimizer"`
	Callbacks map[string]map[string]history.Number `json:"callbacks"`
	Config    json.RawMessage                      `json:"config,omitempty"`
	Inputs    map[string]string                    `json:"inputs"`
}

// encode writes the checkpoint.
func (c *Checkpoint) encode(w io.Writer) error {
	d := document{
		Format: 1, Step: c.step, Seconds: history.Number(c.seconds),
		Samples: c.sum.Count, LossSum: history.Number(c.sum.Loss), Right: c.sum.Right, Ended: c.ended,
		History: []history.Record[history.Number]{}, Optimizer: figures(c.optimizer), Callbacks: map[string]map[string]history.Number{},
		Config: c.config, Inputs: c.inputs,
	}
	if c.before != (before{}) {
		d.Format, d.Before = 2, &c.before
	}
	for _, e := range c.history[c.before.Epochs:] {
		d.History = append(d.History, history.RecordOf[history.Number](e))
	}
	for name, values := range c.callbacks {
		d.Callbacks[name] = figures(values)
	}
	_, err := safetensors.Encode(w, &safetensors.File{
		Key: checkpointKey, Document: string(safetensors.Marshal(d)), Tensors: c.tensors,
	})
	return err
}

// decodeCheckpoint reads what encode wrote, with the epochs that past returns for those that are not in it, and checks all of it
// but whether it fits a run. Errors are fault.Data.
func decodeCheckpoint(r io.Reader, where string, past func(before) (history.Epochs, error)) (*Checkpoint, error) {
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
		return nil, fault.New(fault.Data, where, "a checkpoint of format %d, this program reads format %d: a newer dnn wrote it",
			format.Format, checkpointFormat)
	}
	var d document
	if err := safetensors.Unmarshal([]byte(file.Document), &d); err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	c, err := d.checkpoint()
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	first, err := past(c.before)
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	c.history, c.tensors = append(first, c.history...), file.Tensors
	return c, nil
}

// checkpoint returns what the document says, with the epochs that are in it.
func (d document) checkpoint() (*Checkpoint, error) {
	if d.Format < 1 || d.Step < 0 || d.Samples < 0 || d.Right < 0 || d.Right > d.Samples || (d.Step == 0) != (d.Samples == 0) {
		return nil, fmt.Errorf("its numbers contradict each other: format %d, step %d, samples %d, right %d", d.Format, d.Step, d.Samples, d.Right)
	}
	if d.Ended != "" && (d.Step > 0 || len(d.History) == 0 && d.Before == nil) {
		return nil, fmt.Errorf("its numbers contradict each other: it ended (%s) after step %d of epoch %d", d.Ended, d.Step, len(d.History)+1)
	}
	if (d.Format == 1) != (d.Before == nil) || d.Before != nil && (d.Before.Epochs < 1 || d.Before.Bytes < 1) {
		return nil, fmt.Errorf("wanted before with format 2 alone, and with epochs in it, found %+v with format %d", d.Before, d.Format)
	}
	c := &Checkpoint{
		progress: progress{
			step: d.Step, seconds: float64(d.Seconds), ended: d.Ended,
			sum: step.Result{Count: d.Samples, Loss: float64(d.LossSum), Right: d.Right},
		},
		optimizer: floats(d.Optimizer), callbacks: map[string]map[string]float64{}, config: d.Config, inputs: d.Inputs,
	}
	if d.Before != nil {
		c.before = *d.Before
	}
	for i, r := range d.History {
		e, err := r.Read()
		if err != nil {
			return nil, err
		}
		if wanted := c.before.Epochs + i + 1; e.Epoch != wanted {
			return nil, fmt.Errorf("history: wanted epoch %d, found epoch %d", wanted, e.Epoch)
		}
		c.history = append(c.history, e)
	}
	for name, values := range d.Callbacks {
		c.callbacks[name] = floats(values)
	}
	return c, nil
}

func figures(values map[string]float64) map[string]history.Number {
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

// Prefixes of the names of a checkpoint's tensors, before the name of the parameter. A callback's are under its own name.
const (
	weightsPrefix   = "weights/"   // as the next step finds them
	epochPrefix     = "epoch/"     // as after the last completed epoch, averaged if there is an average
	optimizerPrefix = "optimizer/" // the optimizer's own arrays
)

// capture returns the checkpoint of a run between two steps.
func (l *loop) capture() *Checkpoint {
	c := &Checkpoint{
		progress: l.progress, optimizer: l.Optimizer.Counters(), callbacks: map[string]map[string]float64{},
		config: l.Checkpoints.Config, inputs: l.Checkpoints.inputs(),
	}
	store := func(prefix string, arrays []optimizer.StateArray) {
		for _, a := range arrays {
			c.tensors = append(c.tensors, safetensors.Tensor{Name: prefix + a.Name, Shape: a.Shape, Data: a.Floats()})
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

// History returns the completed epochs before the checkpoint.
func (c *Checkpoint) History() history.Epochs { return c.history }

// Step returns how many steps were taken after those epochs.
func (c *Checkpoint) Step() int { return c.step }

// Path returns the file that the checkpoint was read from.
func (c *Checkpoint) Path() string { return c.path }

// Ended tells whether a callback had ended the run there.
func (c *Checkpoint) Ended() bool { return c.ended != "" }

// arraysOf returns the memory of a network's parameters, or, unless it is nil, that of a snapshot of them.
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
