// Package graph finds out which layers the graph of an ONNX model computes. It goes through the graph in its order and
// says of each value what it is (value.go): a constant, or a number of layers applied to the input. Each operator has a
// function for that: of constants (constants.go), of layers (layers.go), element by element (elements.go), of shapes
// (shapes.go, lists.go), and of what follows the network, such as class labels (labels.go). In the end the output is
// unrolled into a chain (unroll.go). Nothing of a graph is run but arithmetic on its constants.
package graph

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/message"
	"dnn/internal/interop/onnx/tensor"
)

// freeBytes is what a model may compute in addition to six times the sizes of its files. A graph can ask for any
// amount, by using one tensor many times.
const freeBytes = 16 << 20

// reader is a model that is being read.
type reader struct {
	graph    *message.Graph
	opset    int64
	external func(name string) ([]byte, error)
	files    map[string][]byte // that external returned
	budget   tensor.Budget

	operators map[string]map[string]operator // by domain and name, of the domains that the model says it uses
	values    map[string]value
	in        *signal // the input
	batch     int64   // the number of samples, if the input says it; else 0
	chain     *chain.Chain
}

// Read returns the layers of a model's graph, and what it says of its input and its classes. size is the number of
// bytes of its file. external returns the content of a file beside it; it is called with plain names only.
func Read(m *message.Model, size int, external func(name string) ([]byte, error)) (*chain.Chain, error) {
	r := &reader{
		graph: &m.Graph, external: external, files: map[string][]byte{}, budget: tensor.Budget(6*size + freeBytes),
		operators: map[string]map[string]operator{}, values: map[string]value{}, chain: &chain.Chain{},
	}
	known := operators()
	for _, o := range m.Opsets {
		if o.Domain == "ai.onnx" {
			o.Domain = ""
		}
		r.operators[o.Domain] = known[o.Domain]
		if o.Domain == "" {
			r.opset = o.Version
		}
	}
	if r.opset < 7 {
		return nil, fmt.Errorf("wanted operators of version 7 or later, found %d", r.opset)
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	return r.chain, nil
}

func (r *reader) read() error {
	g := r.graph
	for i := range g.Initializers {
		t := &g.Initializers[i]
		c, err := r.tensor(t)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", name(t.Name), err)
		}
		r.values[t.Name] = value{constant: c}
	}
	if err := r.input(g); err != nil {
		return err
	}
	for i := range g.Nodes {
		if err := r.node(&g.Nodes[i]); err != nil {
			return err
		}
	}
	out, err := r.output(g)
	if err != nil {
		return err
	}
	r.chain.Classes = out.classes
	return r.unroll(out)
}

// input makes a signal of the only input that is no initializer.
func (r *reader) input(g *message.Graph) error {
	var inputs []message.Value
	for _, v := range g.Inputs {
		if _, ok := r.values[v.Name]; !ok {
			inputs = append(inputs, v)
		}
	}
	if len(inputs) != 1 {
		var names []string
		for _, v := range inputs[:min(len(inputs), 3)] {
			names = append(names, name(v.Name))
		}
		return fmt.Errorf("wanted one input, found %d: %s", len(inputs), strings.Join(names, ", "))
	}
	in := inputs[0]
	s := &signal{
		base: &base{}, function: curve.Variable(), anyDims: !in.Ranked, whole: in.Type != 0 && !in.Type.Fraction(),
	}
	if in.Ranked && len(in.Dims) == 0 {
		return fmt.Errorf("input %s: wanted [batch, values...], found a single number", name(in.Name))
	}
	for i, d := range in.Dims {
		if i == 0 {
			r.batch = d.Size
			continue
		}
		size := -1
		if d.Size > 0 && d.Size <= tensor.MaxSize {
			size = int(d.Size)
		}
		s.dims = append(s.dims, size)
	}
	switch in.Type {
	case message.Uint8:
		r.chain.Bytes = true
	case message.String, message.Bool:
		return fmt.Errorf("input %s: wanted numbers, found %v", name(in.Name), in.Type)
	}
	r.in, r.values[in.Name] = s, value{signal: s}
	return nil
}

// node says what the outputs of an operator are. An operator that it does not know is an error later, if the output of
// the model depends on it.
func (r *reader) node(n *message.Node) error {
	c := &call{reader: r, node: n}
	for _, in := range n.Inputs {
		v, ok := r.values[in]
		if in != "" && !ok {
			return fmt.Errorf("%s: wanted an input that is there, found %s", c, name(in))
		}
		c.in = append(c.in, v)
	}
	var result value
	if i := slices.IndexFunc(c.in, func(v value) bool { return v.unknown != nil }); i >= 0 {
		result = c.in[i]
	} else if v, err := c.evaluate(); err != nil {
		result = value{unknown: fmt.Errorf("%s: %w", c, err)}
	} else {
		result = v
	}
	for i, out := range n.Outputs {
		if _, twice := r.values[out]; twice && out != "" {
			return fmt.Errorf("%s: wanted a new name for its output, found %s", c, name(out))
		}
		if out == "" {
			continue
		}
		if i > 0 {
			result = value{unknown: fmt.Errorf("%s: wanted only its first output in use, found %s", c, name(out))}
		}
		r.values[out] = result
	}
	return nil
}

// output returns the signal of the model's outputs, with its classes.
func (r *reader) output(g *message.Graph) (*signal, error) {
	var out *signal
	var labels []*label
	var names []string
	for _, o := range g.Outputs {
		v, ok := r.values[o.Name]
		switch {
		case !ok:
			return nil, fmt.Errorf("output %s: wanted a value of the graph, found none", name(o.Name))
		case v.unknown != nil:
			return nil, v.unknown
		case v.label != nil:
			labels = append(labels, v.label)
		case v.signal == nil:
			return nil, fmt.Errorf("output %s: wanted a value that depends on the input, found a constant",
				name(o.Name))
		case v.signal == out:
		default:
			names = append(names, name(o.Name))
			out = v.signal
		}
	}
	if len(names) > 1 {
		return nil, fmt.Errorf("wanted one output, or one and its label, found %d: %s",
			len(names), strings.Join(names[:min(len(names), 3)], ", "))
	}
	if out == nil {
		if len(labels) == 0 {
			return nil, errors.New("wanted an output, found none")
		}
		out = labels[0].of
		r.chain.Note("the file gives classes only; here it gives what they are the largest of")
	}
	named := *out
	for _, l := range labels {
		if named.classes == nil {
			named.classes = l.classes
		}
	}
	return &named, nil
}

// name quotes a name from the file.
func name(s string) string { return strconv.Quote(brief(s)) }

// brief shortens a text from a file, so that an error stays readable whatever the file has.
func brief(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}
