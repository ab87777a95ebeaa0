// Package onnx reads and writes models of the Open Neural Network Exchange (https://onnx.ai), as Keras, PyTorch and
// scikit-learn export them, and as ONNX Runtime and browsers run them.
//
// Read goes through the graph in its order and says of each value what it is (value.go): a constant, or a number of
// layers applied to the input. Each operator has a function for that: of constants (constants.go), of layers
// (layers.go), element by element (elements.go), of shapes (shapes.go), and of what follows the network, such as class
// labels (labels.go). In the end the output is unrolled into a chain (unroll.go). Which activation a part of a graph is,
// package curve recognizes by its values. Nothing of a graph is run but arithmetic on its constants.
package onnx

import (
	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/message"
)

// producer is the name of this program in files that it writes. The metadata of others is theirs.
const producer = "dnn"

// The keys of the metadata that Write writes. Names are JSON arrays of texts.
const (
	classesKey = "classes"
	columnsKey = "columns"
	lossKey    = "loss"
	bytesKey   = "bytes" // "true" if inputs are whole numbers from 0 to 255
)

// Read returns the network of an ONNX file, with operators of version 7 or later. where names the file in errors, which
// are of kind fault.Data. external returns the content of a file beside the model, where large models have their weights;
// it is called with plain names only. Memory is bounded by the sizes of both files.
//
// Softmax at the end stays; of LogSoftmax the softmax is taken, and a note says so. Outputs with the class, which
// scikit-learn's models have beside the probabilities, only say how the classes are called.
func Read(data []byte, where string, external func(name string) ([]byte, error)) (*chain.Chain, error) {
	m, err := message.Decode(data)
	if err != nil {
		return nil, fault.New(fault.Data, where, "not an ONNX model, or damaged: %s", brief(err.Error()))
	}
	r := &reader{
		where: where, model: m, external: external, files: map[string][]byte{},
		values: map[string]value{}, budget: 6*len(data) + freeBytes, chain: &chain.Chain{},
		operators: operators(),
	}
	if err := r.read(); err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	return r.chain, nil
}

// brief shortens a text from a file, so that an error stays readable whatever the file has.
func brief(s string) string {
	const most = 90
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}
