package train

import (
	"maps"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nn/optimizer"
	"dnn/internal/safetensors"
)

// Fits returns an error if the run cannot go on from the checkpoint: if the run has fewer epochs than were already
// begun, or if the checkpoint's numbers contradict those of the run, as they may in a manipulated file.
func (r *Run) Fits(c *Checkpoint) error {
	begun, steps := len(c.history)+min(c.step, 1), r.Plan().Steps
	if begun > r.Epochs {
		return fault.New(fault.Data, "epochs",
			"wanted %d or more, since so many were begun, found %d", begun, r.Epochs).
			WithHint("set epochs higher, or start from the beginning, without --resume")
	}
	if c.step > steps || c.sum.Count != min(c.step*r.batch(), r.Train.Count) {
		return fault.New(fault.Data, "checkpoint",
			"wanted epochs of %s of %d samples, found step %d of epoch %d after %d samples",
			fault.Count(steps, "step"), r.batch(), c.step, len(c.history)+1, c.sum.Count)
	}
	if at := len(c.history)*steps + c.step; c.path != "" && at != c.stepsInName {
		return fault.New(fault.Data, c.path, "wanted the checkpoint after step %d of the run, found that after step %d",
			c.stepsInName, at)
	}
	for _, e := range c.history {
		if e.Validated != (r.Validation != nil) {
			return fault.New(fault.Data, "checkpoint", "epoch %d: wanted validation: %t, found %t",
				e.Epoch, r.Validation != nil, e.Validated)
		}
	}
	return nil
}

// restore puts a new run into the state of the checkpoint and returns the state of each callback. All checks happen
// before the run writes any file. If c is nil, restore does nothing.
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
	fill := func(prefix string, arrays []optimizer.StateArray) error {
		for _, a := range arrays {
			t, ok := tensors[prefix+a.Name]
			if !ok || !slices.Equal(t.Shape, a.Shape) {
				return fault.New(fault.Data, "checkpoint", "wanted %s with the shape %v, found %v",
					prefix+a.Name, a.Shape, t.Shape)
			}
			a.SetFloats(t.Data)
			delete(tensors, t.Name)
		}
		return nil
	}
	l.progress = c.progress
	l.history, l.RateChanges = slices.Clone(c.history), slices.Clone(c.rates)
	if err := fill(weightsPrefix, arraysOf(l.Model, nil)); err != nil {
		return nil, err
	}
	if err := fill(epochPrefix, arraysOf(l.Model, l.epochWeights)); err != nil {
		return nil, err
	}
	for _, values := range l.epochWeights {
		if slices.ContainsFunc(values, func(v float32) bool { return v-v != 0 }) {
			return nil, fault.New(fault.Data, "checkpoint",
				"wanted finite weights after its last epoch, found others")
		}
	}
	if err := fill(optimizerPrefix, l.Optimizer.State()); err != nil {
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
			if err := fill(callback.Name+"/", arraysOf(l.Model, state.Weights)); err != nil {
				return nil, err
			}
		}
		states[i] = state
	}
	if len(tensors) > 0 {
		return nil, fault.New(fault.Data, "checkpoint", "found %s, which the run does not have",
			slices.Sorted(maps.Keys(tensors))[0])
	}
	return states, nil
}

// restoreCallbacks gives the callbacks their states. It also makes the checkpoint that the run resumes from one of
// those that are kept.
func (l *loop) restoreCallbacks(states []State) error {
	for i, state := range states {
		if l.Callbacks[i].Resume == nil {
			continue
		}
		if err := l.Callbacks[i].Resume(l.history, state); err != nil {
			return err
		}
	}
	if l.From != nil {
		l.From.tensors = nil // the run has copies, and may need the memory
		if l.writer != nil {
			l.writer.kept = []int{l.steps()}
		}
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
