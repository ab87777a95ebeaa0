// Package modelfile reads and writes model.bin: the weights and the architecture of a trained network, and a record of
// how it was trained. A model.bin is a safetensors file (see package safetensors) whose metadata holds one JSON
// document (document.go). docs/model-format.md describes both.
//
// The bytes depend on the Model alone, not on the time or the machine, so the same run gives the same file. Reading
// checks everything. Writing refuses what reading would refuse.
//
// Files of other formats are recognized but not read (foreign.go).
package modelfile

import (
	"encoding/json"

	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/safetensors"
)

// Tensor is a named parameter of the network, row-major: dense.kernel [in, out], dense.bias [out].
type Tensor = safetensors.Tensor

// Model is what a model.bin holds.
type Model struct {
	Version    string  // of the program that wrote it
	Seed       uint64  // of the run
	Dataset    string  // name of the data set that it was trained on; may be empty
	DataHash   string  // of that data set's files; may be empty
	InputShape []int   // of one sample: [28, 28]; its product is Architecture.Input
	Scale      float64 // 1/255. The network takes float32(pixel * Scale), multiplied in float64

	// Columns are the names of a table's columns. Mean and Std have one value for each: the network takes
	// (value - Mean) / Std, rounded to float32. All three are nil for images.
	Columns   []string
	Mean, Std []float64

	Classes      []string            // one name for each output, two for a single sigmoid output; may be empty
	Architecture nn.Architecture     // layers without their weights
	Config       json.RawMessage     // the resolved experiment file, a JSON object; may be empty
	History      history.Epochs      // each epoch's result; Seconds are not stored, and are 0 when read
	Teachers     []string            // the SHA-256 of the models that it was distilled from, if any
	Start        string              // the SHA-256 of the model that its run started from; empty: from random weights
	RateChanges  history.RateChanges // what a person changed of the learning rate by hand, while the run went on; nil: nothing
	Merged       []Part              // what it was merged of; nil: it was trained as one network
	Tensors      []Tensor            // the weights, in the order of the layers
	SHA256       string              // of the file; set by Read and Decode, ignored by Write and Encode
}

// Part is a network that was merged with others into one, whose logits are the mean of theirs.
type Part struct {
	SHA256 string `json:"sha256"`         // of its model file
	View   string `json:"view,omitempty"` // how it sees an image: horizontal_flip; empty: as it is
}
