package train

import (
	"encoding/json"
	"maps"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/safetensors"
)

// ReadCheckpoint reads the checkpoint at path by itself: not to go on with its run, but for what it holds. The epochs
// that are in its history file are not read.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = file.Close() }() // opened for reading: closing cannot lose data
	return decodeCheckpoint(file, path, func(historyPrefix) (history.Epochs, error) { return nil, nil })
}

// Config returns the experiment of the checkpoint's run, as a model file stores it; empty: there is none.
func (c *Checkpoint) Config() json.RawMessage { return c.config }

// Inputs returns what else the result of the run depends on, by name: hashes of the data and of other models.
func (c *Checkpoint) Inputs() map[string]string { return maps.Clone(c.inputs) }

// Weights returns the weights as the next step finds them, by the names of a model file.
func (c *Checkpoint) Weights() []safetensors.Tensor { return c.withPrefix(weightsPrefix) }

// EpochWeights returns the weights after the last whole epoch, averaged if there is an average, by the names of a model file.
func (c *Checkpoint) EpochWeights() []safetensors.Tensor { return c.withPrefix(epochPrefix) }

// Optimizer returns the state of the optimizer: its numbers, and its arrays, such as adam.momentum/dense.kernel.
func (c *Checkpoint) Optimizer() (numbers map[string]float64, arrays []safetensors.Tensor) {
	return maps.Clone(c.optimizer), c.withPrefix(optimizerPrefix)
}

// withPrefix returns the tensors whose names have that prefix, without it.
func (c *Checkpoint) withPrefix(prefix string) (tensors []safetensors.Tensor) {
	for _, t := range c.tensors {
		if name, ok := strings.CutPrefix(t.Name, prefix); ok {
			t.Name = name
			tensors = append(tensors, t)
		}
	}
	return tensors
}
