// Package onnx reads and writes models of the Open Neural Network Exchange (https://onnx.ai), as Keras, PyTorch and
// scikit-learn export them, and as ONNX Runtime and browsers run them.
//
// The messages of a file are package message's, and what its graph means is package graph's. This package has what goes
// around them, and writes graphs: layers (write.go) and activations, most of which take several operators (spell.go).
package onnx

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/graph"
	"dnn/internal/interop/onnx/message"
)

// producer is the name of this program in files that it writes. The metadata of others is theirs.
const producer = "dnn"

// longest is the largest number of characters that an error has.
const longest = 400

// The keys of the metadata that Write writes. Names are JSON arrays of texts.
const (
	classesKey = "classes"
	columnsKey = "columns"
	lossKey    = "loss"
	smoothKey  = "label_smoothing" // of the loss, if there is any
	bytesKey   = "bytes"           // "true" if inputs are whole numbers from 0 to 255
)

// Read returns the network of an ONNX file, with operators of version 7 or later. where names the file in errors, which
// are of kind fault.Data. external returns the content of a file beside the model, where large models have their
// weights; it is called with plain names only, and may be nil. Memory is bounded by the sizes of both files.
//
// Softmax at the end stays; of LogSoftmax the softmax is taken, and a note says so. Outputs with the class, which
// scikit-learn's models have beside the probabilities, only say how the classes are called.
func Read(data []byte, where string, external func(name string) ([]byte, error)) (*chain.Chain, error) {
	m, err := message.Decode(data)
	if err != nil {
		return nil, fault.New(fault.Data, where, "not an ONNX model, or damaged: %w", err)
	}
	c, err := graph.Read(m, len(data), external)
	if err == nil {
		err = finish(c, m)
	}
	if err != nil {
		bad := fault.New(fault.Data, where, "%w", err)
		if len(bad.What) > longest { // a damaged file can have names of any length, of which each is shortened
			bad.What = strings.ToValidUTF8(bad.What[:longest], "")
		}
		if m.Producer == "tf2onnx" { // of Keras's gelu and Normalization it makes what ONNX Runtime does not run either
			bad.Hint = "Keras's export to ONNX is wrong for some layers: give its .keras file instead"
		}
		return nil, bad
	}
	return c, nil
}

// finish fills in what the graph does not say, and checks it.
func finish(c *chain.Chain, m *message.Model) error {
	c.Program = strings.TrimSpace(m.Producer + " " + m.ProducerVersion)
	if m.Producer == producer {
		if err := readMetadata(c, m.Metadata); err != nil {
			return err
		}
	}
	outputs := c.Outputs()
	if n := len(c.Classes); n > 0 && n != outputs && (n != 2 || outputs != 1) {
		return fmt.Errorf("wanted %s for the outputs, found %d", fault.Count(outputs, "class"), n)
	}
	if n := len(c.Columns); n > 0 && n != c.Inputs() {
		return fmt.Errorf("wanted %s for the inputs, found %d", fault.Count(c.Inputs(), "column"), n)
	}
	return nil
}

// readMetadata takes what Write writes.
func readMetadata(c *chain.Chain, entries []message.Entry) error {
	for _, e := range entries {
		names := map[string]*[]string{classesKey: &c.Classes, columnsKey: &c.Columns}[e.Key]
		switch {
		case names != nil:
			if err := json.Unmarshal([]byte(e.Value), names); err != nil {
				return fmt.Errorf("metadata %s: wanted names as a JSON array: %w", e.Key, err)
			}
		case e.Key == lossKey:
			c.Loss = e.Value
		case e.Key == smoothKey:
			s, err := strconv.ParseFloat(e.Value, 64)
			if err != nil || !(s >= 0 && s <= 1) {
				return fmt.Errorf("metadata %s: wanted a number from 0 to 1, found %.20q", e.Key, e.Value)
			}
			c.LabelSmoothing = s
		case e.Key == bytesKey:
			c.Bytes = c.Bytes || e.Value == "true"
		}
	}
	return nil
}
