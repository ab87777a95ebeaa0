package train

import (
	"maps"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nn/optimizer"
	"dnn/internal/safetensors"
)

// Fits says why the run cannot go on from a checkpoint that is its own: more epochs were begun, or what it says of them
// contradicts the run, as only a crafted one does.
func (r *Run) Fits(c *Checkpoint) error {
	begun, steps := len(c.history)+min(c.step, 1), r.Plan().Steps
	if begun > r.Epochs {
		return fault.New(fault.Data, "epochs", "wanted %d or more, since so many were begun, found %d", begun, r.Epochs).
			WithHint("set epochs higher, or start from the beginning, without --resume")
	}
	if c.step > steps || c.sum.Count != min(c.step*r.batch(), r.Train.Count) {
		return fault.New(fault.Data, "checkpoint", "is after step %d of epoch %d with %d samples, the run has %s of %d",
			c.step, len(c.history)+1, c.sum.Count, fault.Count(steps, "step"), r.batch())
	}
	if at := len(c.history)*steps + c.step; c.path != "" && at != c.named {
		return fault.New(fault.Data, c.path, "wanted the checkpoint after step %d of the run, found that after step %d", c.named, at)
	}
	for _, e := range c.history {
		if e.Validated != (r.Validation != nil) {
			return fault.New(fault.Data, "checkpoint", "epoch %d: has a validation: %t, the run has one: %t", e.Epoch, e.Validated, r.Validation != nil)
		}
	}
	return nil
}

// restore puts a new run where the checkpoint's was, and returns the state that each of its callbacks had. What it refuses, it
// refuses before anything is written. A run that begins from no checkpoint stays as it is.
func (l *loop) restore(c *Checkpoint) ([]State, error) {
	if c == nil {
		return nil, nil
	}
	if err := l.Fits(c); err != nil {
		return nil, err
	}
	tensors := make(map[string]safetensors.Tensor, len(c.tensors))
	for _, t := range c.tensors {
		tensors[t.Name] = t
	}
	load := func(prefix string, arrays []optimizer.StateArray) error {
		for _, a := range arrays {
			t, ok := tensors[prefix+a.Name]
			if !ok || !slices.Equal(t.Shape, a.Shape) {
				return fault.New(fault.Data, "checkpoint", "wanted %s with the shape %v, found %v", prefix+a.Name, a.Shape, t.Shape)
			}
			a.SetFloats(t.Data)
			delete(tensors, t.Name)
		}
		return nil
	}
	l.progress = c.progress
	l.history = slices.Clone(c.history)
	if err := load(weightsPrefix, arraysOf(l.Model, nil)); err != nil {
		return nil, err
	}
	if err := load(epochPrefix, arraysOf(l.Model, l.epochWeights)); err != nil {
		return nil, err
	}
	for _, values := range l.epochWeights {
		if slices.ContainsFunc(values, func(v float32) bool { return v-v != 0 }) {
			return nil, fault.New(fault.Data, "checkpoint", "wanted finite weights after its last epoch, found others")
		}
	}
	if err := load(optimizerPrefix, l.Optimizer.State()); err != nil {
		return nil, err
	}
	if err := l.Optimizer.Restore(c.optimizer); err != nil {
		return nil, fault.New(fault.Data, "checkpoint", "%w", err)
	}
	states := make([]State, len(l.Callbacks))
	for i, callback := range l.Callbacks {
		if callback.Save == nil {
			continue
		}
		state := State{Values: c.callbacks[callback.Name]}
		if state.Values == nil {
			return nil, fault.New(fault.Data, "checkpoint", "wanted the state of %s, found none", callback.Name)
		}
		if hasPrefix(tensors, callback.Name+"/") {
			state.Weights = l.Model.Snapshot(nil)
			if err := load(callback.Name+"/", arraysOf(l.Model, state.Weights)); err != nil {
				return nil, err
			}
		}
		states[i] = state
	}
	if len(tensors) > 0 {
		return nil, fault.New(fault.Data, "checkpoint", "found %s, which the run does not have", slices.Sorted(maps.Keys(tensors))[0])
	}
	return states, nil
}

// restoreCallbacks gives the callbacks of a run that goes on their states.
func (l *loop) restoreCallbacks(states []State) error {
	for i, state := range states {
		if l.Callbacks[i].Resume == nil {
			continue
		}
		if err := l.Callbacks[i].Resume(l.history, state); err != nil {
			return err
		}
	}
	if l.writer != nil && l.From != nil {
		l.writer.kept = []int{l.steps()}
	}
	return nil
}

func hasPrefix(tensors map[string]safetensors.Tensor, prefix string) bool {
	for name := range tensors {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
