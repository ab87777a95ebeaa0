// Package tfjs reads and writes layers models of TensorFlow.js: model.json, which has the layers as a config of Keras and
// a list of weights, and the files of weights beside it. Graph models are refused: they are programs of TensorFlow.
// tfjs-core's io/types.ts and tfjs-layers' models.ts define the format.
package tfjs

import (
	"encoding/json"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

const layersModel = "layers-model"

// maxModel is the longest model.json that is read. A layer takes about 1 KB.
const maxModel = 8 << 20

// model is what a model.json has.
type model struct {
	Format   string          `json:"format"`
	Topology json.RawMessage `json:"modelTopology"`
	Manifest []group         `json:"weightsManifest"`
	Metadata json.RawMessage `json:"userDefinedMetadata"`
}

// metadata is what dnn says of a model that layers do not.
type metadata struct {
	Bytes   bool     `json:"bytes,omitempty"` // inputs are whole numbers from 0 to 255
	Classes []string `json:"classes,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Loss    string   `json:"loss,omitempty"`
	Smooth  float64  `json:"label_smoothing,omitempty"` // of the loss
}

// Read returns the network of a model.json. open returns the content of a file of weights beside it; its errors are
// returned. Others are of kind fault.Data and name where.
func Read(modelJSON []byte, open func(name string) ([]byte, error), where string) (*chain.Chain, error) {
	if len(modelJSON) > maxModel {
		return nil, fault.New(fault.Data, where, "wanted a model.json of at most %d bytes, found %d", maxModel, len(modelJSON))
	}
	var m model
	if err := decode(modelJSON, &m); err != nil {
		return nil, fault.New(fault.Data, where, "wanted a model.json of TensorFlow.js: %w", err)
	}
	switch {
	case m.Format == "graph-model":
		return nil, fault.New(fault.Data, where, "wanted a layers model of TensorFlow.js, found a graph model").
			WithHint("convert the original with tensorflowjs_converter --output_format tfjs_layers_model, or import the original")
	case m.Topology == nil || m.Manifest == nil:
		return nil, fault.New(fault.Data, where,
			"wanted a model.json of TensorFlow.js, with modelTopology and weightsManifest, found other JSON")
	}
	all, notes, err := weights(m.Manifest, open, where)
	if err != nil {
		return nil, err
	}
	c, err := network(m, all, where)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		c.Note(n)
	}
	var said metadata
	if json.Unmarshal(m.Metadata, &said) == nil { // another program's may be anything
		c.Bytes = c.Bytes || said.Bytes
		c.Classes, c.Columns = said.Classes, said.Columns
		if said.Loss != "" {
			c.Loss, c.LabelSmoothing = said.Loss, max(0, min(said.Smooth, 1))
		}
	}
	return c, nil
}
