// Package modelfile reads and writes model.bin: a trained network's weights, its architecture, and all that explains how
// it came to be. A model.bin is a safetensors file (package safetensors below has the container) whose metadata holds
// one JSON document (document.go); docs/model-format.md describes both.
//
// Its bytes are a pure function of the Model: no wall-clock time and nothing of the machine goes into it, so the same
// run gives the same file. Reading checks everything, and writes nothing that it would not read.
//
// Each other format is one file here: foreign.go names those that are only recognized.
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
	Version      string          // of the program that wrote it
	Seed         uint64          // of the run
	Dataset      string          // name of the data set that it was trained on; may be empty
	DataHash     string          // of that data set's files; may be empty
	InputShape   []int           // of one sample: [28, 28]; its product is Architecture.Input
	Scale        float64         // 1/255: a raw value (a pixel) times Scale, in float64, rounded to float32, is what the network takes
	Columns      []string        // names of the columns of a table that the input is; nil for images
	Mean, Std    []float64       // of each column: the network takes (raw - Mean) / Std, rounded to float32; nil for images
	Classes      []string        // one name for each output, two for a single sigmoid output; may be empty
	Architecture nn.Architecture // layers without their weights
	Config       json.RawMessage // the resolved experiment file, a JSON object; may be empty
	History      history.Epochs  // each epoch's result; Seconds are not stored and are 0 when read
	Teachers     []string        // the SHA-256 of the models that it learned from, if any
	Tensors      []Tensor        // the weights, in the order of the layers
	SHA256       string          // that seals the file it was read from; set by Read and Decode, ignored by Write and Encode
}
