package onnx

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/message"
)

// The version of the standard operators that is written, and that of the format which goes with it. ONNX Runtime has
// read both since 1.12 (2022). gelu and mish became operators later, so they are written as what they are made of.
const (
	opset = 17
	ir    = 8
)

// Options say how a network is written.
type Options struct {
	Bytes bool // the graph takes uint8 instead of float32
}

// The names of the graph's input and output.
const (
	inputName  = "input"
	outputName = "probabilities"
)

// Write writes a network as an ONNX model. Its input is "input", [batch, c.Input...], and its output "probabilities",
// [batch, classes]; the size of the batch is free. All that scales the input is in the graph. Names of classes and
// columns and the loss are in the metadata. Dropout is left out, since it does nothing in inference. Equal chains give
// equal bytes.
func Write(w io.Writer, c *chain.Chain, o Options) error {
	g := &written{names: map[string]bool{inputName: true, outputName: true}, at: inputName, size: c.Inputs()}
	in := message.Value{Name: inputName, Type: message.Float, Ranked: true, Dims: []message.Dim{{Name: "batch"}}}
	for _, n := range c.Input {
		in.Dims = append(in.Dims, message.Dim{Size: int64(n)})
	}
	if o.Bytes {
		in.Type = message.Uint8
		g.node("Cast", "cast", nil, integer("to", int64(message.Float)))
	}
	if len(c.Input) != 1 {
		g.node("Flatten", "flatten", nil, integer("axis", 1))
	}
	for i, s := range c.Steps {
		if err := g.step(s); err != nil {
			return fault.New(fault.Data, "", "step %d: %w", i+1, err)
		}
	}
	if len(g.Nodes) == 0 {
		g.node("Identity", "identity", nil)
	}
	g.Nodes[len(g.Nodes)-1].Outputs[0] = outputName
	g.Name = "network"
	g.Inputs = []message.Value{in}
	g.Outputs = []message.Value{{Name: outputName, Type: message.Float, Ranked: true,
		Dims: []message.Dim{{Name: "batch"}, {Size: int64(g.size)}}}}
	m := message.Model{
		IR: ir, Producer: producer, ProducerVersion: strings.TrimPrefix(c.Program, producer+" "),
		Graph: g.Graph, Opsets: []message.Opset{{Version: opset}}, Metadata: metadata(c),
	}
	data := m.Encode()
	if len(data) > math.MaxInt32 { // which readers of protocol buffers refuse
		return fault.New(fault.Data, "", "wanted a network of at most 2 GB for ONNX, found %d bytes", len(data))
	}
	_, err := w.Write(data)
	return err
}

// metadata returns what a graph cannot say.
func metadata(c *chain.Chain) []message.Entry {
	var all []message.Entry
	for _, e := range []struct {
		key   string
		names []string
	}{{classesKey, c.Classes}, {columnsKey, c.Columns}} {
		if len(e.names) > 0 {
			text, err := json.Marshal(e.names)
			if err != nil {
				panic(err) // texts are always JSON
			}
			all = append(all, message.Entry{Key: e.key, Value: string(text)})
		}
	}
	if c.Loss != "" {
		all = append(all, message.Entry{Key: lossKey, Value: c.Loss})
	}
	if c.LabelSmoothing > 0 {
		all = append(all, message.Entry{Key: smoothKey, Value: strconv.FormatFloat(c.LabelSmoothing, 'g', -1, 64)})
	}
	if c.Bytes {
		all = append(all, message.Entry{Key: bytesKey, Value: "true"})
	}
	return all
}

// written is a graph that is being written.
type written struct {
	message.Graph
	names map[string]bool // those in use
	at    string          // the value that the next node takes
	size  int             // of that value
}

// unique returns a name that is not in use: the given one, if it can be.
func (g *written) unique(name string) string {
	found := name
	for n := 2; g.names[found]; n++ {
		found = name + "_" + strconv.Itoa(n)
	}
	g.names[found] = true
	return found
}

// node adds an operator that takes the current value, and then more. Its output becomes the current value.
func (g *written) node(op, name string, more []string, attributes ...message.Attribute) {
	g.at = g.of(op, name, append([]string{g.at}, more...), attributes...)
}

// of adds an operator and returns its output.
func (g *written) of(op, name string, inputs []string, attributes ...message.Attribute) string {
	name = g.unique(name)
	g.Nodes = append(g.Nodes, message.Node{
		Op: op, Name: name, Inputs: inputs, Outputs: []string{name}, Attributes: attributes,
	})
	return name
}

// floats adds a tensor and returns its name.
func (g *written) floats(name string, dims []int, values []float32) string {
	name = g.unique(name)
	g.Initializers = append(g.Initializers, message.Floats(name, dims, values))
	return name
}

// number adds a tensor without dimensions.
func (g *written) number(name string, v float64) string {
	return g.floats(name, nil, []float32{float32(v)})
}

func integer(name string, v int64) message.Attribute {
	return message.Attribute{Name: name, Type: message.IntAttribute, I: v}
}

func float(name string, v float64) message.Attribute {
	return message.Attribute{Name: name, Type: message.FloatAttribute, F: float32(v)}
}

// step adds the operators of a step.
func (g *written) step(s chain.Step) error {
	switch s := s.(type) {
	case chain.Affine:
		return g.affine(s)
	case chain.Dense:
		return g.dense(s)
	case chain.BatchNormalization:
		return g.normalization(s)
	case chain.Activation:
		return g.activation(s)
	}
	return nil
}

// named returns the name of a layer, or what it is.
func named(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// fits refuses a list that has not one number for each value.
func (g *written) fits(found int) error {
	if found != g.size {
		return fmt.Errorf("wanted one number for each of %d values, found %d", g.size, found)
	}
	return nil
}

func (g *written) dense(d chain.Dense) error {
	if err := g.fits(d.Inputs); err != nil {
		return err
	}
	if len(d.Kernel) != d.Inputs*d.Units || d.Bias != nil && len(d.Bias) != d.Units {
		return fmt.Errorf("wanted a kernel of %d x %d numbers and a bias, found %d and %d",
			d.Inputs, d.Units, len(d.Kernel), len(d.Bias))
	}
	name := named(d.Name, "dense")
	weights := []string{g.floats(name+".kernel", []int{d.Inputs, d.Units}, d.Kernel)}
	if d.Bias != nil {
		weights = append(weights, g.floats(name+".bias", []int{d.Units}, d.Bias))
	}
	g.node("Gemm", name, weights)
	g.size = d.Units
	return nil
}

func (g *written) normalization(b chain.BatchNormalization) error {
	name := named(b.Name, "batch_normalization")
	var weights []string
	for _, p := range []struct {
		name      string
		values    []float32
		otherwise float32
	}{{"gamma", b.Gamma, 1}, {"beta", b.Beta, 0}, {"mean", b.Mean, 0}, {"variance", b.Variance, 1}} {
		if p.values == nil {
			p.values = filled(g.size, p.otherwise)
		}
		if err := g.fits(len(p.values)); err != nil {
			return err
		}
		weights = append(weights, g.floats(name+"."+p.name, []int{g.size}, p.values))
	}
	settings := []message.Attribute{float("epsilon", b.Epsilon)}
	if b.Momentum != 0 {
		settings = append(settings, float("momentum", b.Momentum))
	}
	g.node("BatchNormalization", name, weights, settings...)
	return nil
}

func filled(n int, v float32) []float32 {
	all := make([]float32, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// affine writes x scale + shift. Where it can be, it is (x - mean) scale: of values far from 0 the difference is exact
// in float32, the product is not. A scale of 1/n, such as that of pixels, is a division by n, which is exact as well.
func (g *written) affine(a chain.Affine) error {
	name := named(a.Name, "affine")
	for _, n := range []int{len(a.Scale), len(a.Shift)} {
		if n != 1 {
			if err := g.fits(n); err != nil {
				return err
			}
		}
	}
	n := max(len(a.Scale), len(a.Shift))
	means, shifts, dividing := make([]float32, n), make([]float32, n), true
	shifted, centered := false, true
	scales, divisors := make([]float32, n), make([]float32, n)
	for i := range n {
		scale, shift := a.Scale[min(i, len(a.Scale)-1)], a.Shift[min(i, len(a.Shift)-1)]
		scales[i], shifts[i] = float32(scale), float32(shift)
		means[i], divisors[i] = float32(-shift/scale), float32(1/scale)
		shifted = shifted || shift != 0
		centered = centered && scale != 0
		dividing = dividing && scale != 0 && 1/float64(divisors[i]) == scale
	}
	dims := []int{n}
	if n == 1 {
		dims = nil
	}
	if shifted && centered {
		g.node("Sub", name+".sub", []string{g.floats(name+".mean", dims, means)})
	}
	if dividing {
		g.node("Div", name+".div", []string{g.floats(name+".divisor", dims, divisors)})
	} else {
		g.node("Mul", name+".mul", []string{g.floats(name+".scale", dims, scales)})
	}
	if shifted && !centered {
		g.node("Add", name+".add", []string{g.floats(name+".shift", dims, shifts)})
	}
	return nil
}
