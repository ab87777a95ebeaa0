package tfjs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
)

// The files of a model.
const (
	ModelFile  = "model.json"
	weightFile = "group1-shard1of1.bin"
)

// layer is a layer as Keras 2's config has it, which is what TensorFlow.js reads.
type layer struct {
	Class  string         `json:"class_name"`
	Config map[string]any `json:"config"`
}

// activations are the names in TensorFlow.js 4.22 of those functions that it has with the same values. leaky_relu is a
// layer there. hard_sigmoid is not here: there it is 0.2 x + 0.5, as in Keras 2.
var activations = map[string]string{
	"linear": "linear", "relu": "relu", "relu6": "relu6", "elu": "elu", "celu": "elu", "selu": "selu", "gelu": "gelu",
	"silu": "swish", "mish": "mish", "sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "softsign": "softsign",
	"softmax": "softmax",
}

// Write writes a chain as a layers model of TensorFlow.js, model.json and a file of weights, which
// tf.loadLayersModel("…/model.json") reads. create opens a file of the folder to write. The input has the chain's shape and
// is scaled within the model. The model's getUserDefinedMetadata() has the names of classes and columns. An activation that
// TensorFlow.js has not, or has with other values, is an error of kind fault.Usage; other errors are create's and the
// files'.
func Write(create func(name string) (io.WriteCloser, error), c *chain.Chain) error {
	b := builder{names: arrays.Names(c), used: map[string]bool{}}
	if err := b.build(c); err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{
		"format": layersModel, "generatedBy": "dnn", "convertedBy": nil,
		"modelTopology": map[string]any{
			"keras_version": "2.15.0", "backend": "tensorflow", // whose config it is
			"model_config": layer{"Sequential", map[string]any{"name": "sequential", "layers": b.layers}},
		},
		"weightsManifest":     []group{{Paths: []string{weightFile}, Weights: b.weights}},
		"userDefinedMetadata": metadata{c.Bytes, c.Classes, c.Columns, c.Loss, c.LabelSmoothing},
	}, "", " ")
	if err != nil {
		return err
	}
	if err := writeFile(create, ModelFile, append(text, '\n')); err != nil {
		return err
	}
	return writeFile(create, weightFile, b.data)
}

func writeFile(create func(name string) (io.WriteCloser, error), name string, content []byte) error {
	f, err := create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		f.Close() //nolint:errcheck // the first error is the one to tell
		return err
	}
	return f.Close()
}

// builder makes the layers and weights of a model.
type builder struct {
	names   []string // of the steps that have arrays
	used    map[string]bool
	layers  []layer
	weights []weight
	data    []byte
}

func (b *builder) build(c *chain.Chain) error {
	shape := []any{nil}
	for _, n := range c.Input {
		shape = append(shape, n)
	}
	b.add("InputLayer", "input", map[string]any{"batch_input_shape": shape, "dtype": "float32", "sparse": false})
	size := 1
	for _, n := range c.Input {
		size *= n
	}
	flat := len(c.Input) <= 1
	for i, s := range c.Steps {
		a, scaled := s.(chain.Affine)
		if !flat && (!scaled || len(a.Scale) != 1 || len(a.Shift) != 1) {
			b.add("Flatten", "flatten", map[string]any{})
			flat = true
		}
		if d, ok := s.(chain.Dense); ok {
			size = d.Units
		}
		if err := b.step(c, i, size); err != nil {
			return err
		}
	}
	return nil
}

// step adds a step, which gives size values.
func (b *builder) step(c *chain.Chain, i, size int) error {
	switch s := c.Steps[i].(type) {
	case chain.Affine:
		b.affine(s, size)
	case chain.Dense:
		settings := map[string]any{"units": s.Units, "use_bias": s.Bias != nil, "activation": "linear"}
		name := b.add("Dense", b.names[i], settings)
		b.store(name+"/kernel", s.Kernel, s.Inputs, s.Units)
		if s.Bias != nil {
			b.store(name+"/bias", s.Bias, s.Units)
		}
	case chain.BatchNormalization:
		b.normalization(b.names[i], s)
	case chain.Activation:
		return b.activation(c, i, s)
	case chain.Dropout:
		b.add("Dropout", named(s.Name, "dropout"), map[string]any{"rate": s.Rate})
	}
	return nil
}

// affine adds a Rescaling, which has one scale for all values; or, for one for each, a batch normalization of mean
// -shift/scale and variance 1.
func (b *builder) affine(s chain.Affine, size int) {
	if len(s.Scale) == 1 && len(s.Shift) == 1 {
		b.add("Rescaling", named(s.Name, "rescaling"), map[string]any{"scale": s.Scale[0], "offset": s.Shift[0]})
		return
	}
	n := chain.BatchNormalization{Momentum: 0.99}
	for i := range size {
		scale, shift := s.Scale[min(i, len(s.Scale)-1)], s.Shift[min(i, len(s.Shift)-1)]
		mean := -shift / scale
		if scale == 0 || math.IsInf(float64(float32(mean)), 0) { // the shift is all that is left
			mean = 0
			n.Beta = append(n.Beta, float32(shift))
		} else {
			n.Beta = append(n.Beta, 0)
		}
		n.Gamma = append(n.Gamma, float32(scale))
		n.Mean = append(n.Mean, float32(mean))
		n.Variance = append(n.Variance, 1)
	}
	b.normalization(named(s.Name, "standardization"), n)
}

func (b *builder) normalization(name string, s chain.BatchNormalization) {
	momentum := s.Momentum
	if momentum == 0 {
		momentum = 0.99 // unknown: Keras's default
	}
	name = b.add("BatchNormalization", name, map[string]any{"axis": -1, "momentum": momentum, "epsilon": s.Epsilon,
		"scale": s.Gamma != nil, "center": s.Beta != nil})
	for _, a := range []struct {
		name string
		data []float32
	}{{"gamma", s.Gamma}, {"beta", s.Beta}, {"moving_mean", s.Mean}, {"moving_variance", s.Variance}} {
		if a.data != nil {
			b.store(name+"/"+a.name, a.data, len(a.data))
		}
	}
}

// activation adds a layer for a function, or gives it to the Dense layer before it.
func (b *builder) activation(c *chain.Chain, i int, a chain.Activation) error {
	if a.Function == "leaky_relu" {
		b.add("LeakyReLU", named(a.Name, "leaky_re_lu"), map[string]any{"alpha": a.Slope})
		return nil
	}
	function, ok := activations[a.Function]
	if !ok {
		return fault.New(fault.Data, "", "the activation %s cannot be exported: TensorFlow.js has no function of the same values", a.Function).
			WithHint("export to ONNX, .keras or one of the other formats")
	}
	if a.Function == "elu" && a.Alpha != 1 {
		return fault.New(fault.Data, "", "the activation elu with alpha %v cannot be exported: TensorFlow.js has only alpha 1",
			a.Alpha).WithHint("export to ONNX, .keras or one of the other formats")
	}
	last := b.layers[len(b.layers)-1]
	if i > 0 && a.Name == "" && last.Class == "Dense" && last.Config["activation"] == "linear" {
		if _, ok := c.Steps[i-1].(chain.Dense); ok {
			last.Config["activation"] = function
			return nil
		}
	}
	b.add("Activation", named(a.Name, "activation"), map[string]any{"activation": function})
	return nil
}

// add adds a layer under a name that no other has, and returns it.
func (b *builder) add(class, name string, settings map[string]any) string {
	unique := name
	for n := 1; b.used[unique]; n++ {
		unique = fmt.Sprint(name, "_", n)
	}
	b.used[unique] = true
	settings["name"] = unique
	b.layers = append(b.layers, layer{class, settings})
	return unique
}

// named returns the name, or another if there is none. TensorFlow.js allows any, but a slash would end it.
func named(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return arrays.Safe(name)
}

// store adds a weight.
func (b *builder) store(name string, data []float32, shape ...int) {
	b.weights = append(b.weights, weight{Name: name, Shape: shape, Type: "float32"})
	for _, x := range data {
		b.data = binary.LittleEndian.AppendUint32(b.data, math.Float32bits(x))
	}
}
