package onnx

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"dnn/internal/interop/onnx/message"
)

// model returns a file with one input [batch, inputs...], and the output "y".
func model(nodes []message.Node, tensors []message.Tensor, inputs ...message.Dim) []byte {
	m := message.Model{IR: 8, Opsets: []message.Opset{{Version: 17}}, Graph: message.Graph{
		Nodes: nodes, Initializers: tensors,
		Inputs:  []message.Value{{Name: "x", Type: message.Float, Ranked: true, Dims: append([]message.Dim{{Name: "n"}}, inputs...)}},
		Outputs: []message.Value{{Name: "y", Type: message.Float, Ranked: true}},
	}}
	return m.Encode()
}

// op returns a node: "Add a b -> y".
func op(text string, attributes ...message.Attribute) message.Node {
	words := strings.Fields(text)
	n := len(words)
	return message.Node{Op: words[0], Inputs: words[1 : n-2], Outputs: words[n-1:], Attributes: attributes}
}

// external returns a file whose kernel [3, 2] is in another one.
func external(location, offset, length string) []byte {
	entry := func(key, value string) []byte {
		e := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), key)
		return protowire.AppendString(protowire.AppendTag(e, 2, protowire.BytesType), value)
	}
	var t []byte
	for _, v := range [][2]uint64{{1, 3}, {1, 2}, {2, uint64(message.Float)}, {14, 1}} {
		t = protowire.AppendVarint(protowire.AppendTag(t, protowire.Number(v[0]), protowire.VarintType), v[1])
	}
	t = protowire.AppendString(protowire.AppendTag(t, 8, protowire.BytesType), "k")
	for _, e := range [][2]string{{"location", location}, {"offset", offset}, {"length", length}} {
		if e[1] != "" {
			t = protowire.AppendBytes(protowire.AppendTag(t, 13, protowire.BytesType), entry(e[0], e[1]))
		}
	}
	// A second graph with the tensor alone would be a second graph, so it goes into the bytes of the first one.
	data := model([]message.Node{op("MatMul x k -> y")}, nil, message.Dim{Size: 3})
	return spliced(data, protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), t))
}

// spliced returns a file with more fields at the end of its graph.
func spliced(data, fields []byte) []byte {
	var out []byte
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		size := n + protowire.ConsumeFieldValue(number, kind, data[n:])
		if number == 7 {
			graph, _ := protowire.ConsumeBytes(data[n:])
			out = protowire.AppendBytes(protowire.AppendTag(out, 7, protowire.BytesType), append(graph[:len(graph):len(graph)], fields...))
		} else {
			out = append(out, data[:size]...)
		}
		data = data[size:]
	}
	return out
}

// hostile returns files that claim or ask for much more than they have.
func hostile() map[string][]byte {
	big := message.Floats("k", []int{1000, 1000}, make([]float32, 1_000_000))
	one := message.Floats("k", []int{1, 1}, []float32{1})
	files := map[string][]byte{
		"not a model": []byte("\x89PNG\r\n\x1a\n"),
		"empty":       {},
		"dimensions": model([]message.Node{op("MatMul x k -> y")},
			[]message.Tensor{{Name: "k", Type: message.Float, Dims: []int{1 << 30, 1 << 30}, Raw: make([]byte, 8)}}),
		"input": model([]message.Node{op("Mul x k -> y")},
			[]message.Tensor{message.Floats("k", []int{2, 1}, []float32{1, 2})}, message.Dim{Size: 2}, message.Dim{Size: 1 << 29}),
		"broadcast": model([]message.Node{op("Add a b -> c"), op("MatMul x c -> y")}, []message.Tensor{
			message.Floats("a", []int{10_000, 1}, make([]float32, 10_000)),
			message.Floats("b", []int{1, 10_000}, make([]float32, 10_000)),
		}),
		"shape": model([]message.Node{op("ConstantOfShape s -> c"), op("MatMul x c -> y")},
			[]message.Tensor{message.Integers("s", 1<<20, 1<<20)}),
		"unknown input": model([]message.Node{op("Relu z -> y")}, nil),
		"cycle":         model([]message.Node{op("Relu y -> z"), op("Relu z -> y")}, nil),
		"twice":         model([]message.Node{op("Relu x -> y"), op("Relu x -> y")}, nil),
	}
	// The same tensor, many times: transposed, or as the kernel of a layer.
	var transposed, layers, squares []message.Node
	for i := range 1000 {
		transposed = append(transposed, op(fmt.Sprintf("Transpose k -> t%d", i)))
		layers = append(layers, op(fmt.Sprintf("MatMul v%d k -> v%d", i, i+1)))
		squares = append(squares, op(fmt.Sprintf("Mul v%d v%d -> v%d", i, i, i+1)))
	}
	layers[0].Inputs[0], layers[999].Outputs[0] = "x", "y"
	squares[0].Inputs = []string{"x", "x"}
	squares[999].Outputs[0] = "y"
	files["transposed"] = model(append(transposed, op("MatMul x t999 -> y")), []message.Tensor{big}, message.Dim{Size: 1000})
	files["layers"] = model(layers, []message.Tensor{big}, message.Dim{Size: 1000})
	files["squares"] = model(squares, nil, message.Dim{Size: 1})
	squares[20].Outputs[0] = "y"
	files["some squares"] = model(squares[:21], nil, message.Dim{Size: 1})
	var nodes []message.Node
	for i := range 4000 {
		nodes = append(nodes, op(fmt.Sprintf("MatMul v%d k -> v%d", i, i+1)))
	}
	nodes[0].Inputs[0], nodes[3999].Outputs[0] = "x", "y"
	files["nodes"] = model(nodes, []message.Tensor{one}, message.Dim{Size: 1})
	// One tensor, or one text, in the arithmetic of many nodes, or as many inputs of one.
	var sums, shifts, labels []message.Node
	for i := range 1000 {
		sums = append(sums, op(fmt.Sprintf("Add k k -> t%d", i)))
		shifts = append(shifts, op(fmt.Sprintf("Add v%d k -> v%d", i, i+1)))
		labels = append(labels, op(fmt.Sprintf("Gather k label -> l%d", i)))
	}
	shifts[0].Inputs[0], shifts[999].Outputs[0] = "x", "y"
	files["sums"] = model(append(sums, op("MatMul x t999 -> y")), []message.Tensor{big}, message.Dim{Size: 1000})
	files["wide sum"] = model([]message.Node{op("Sum" + strings.Repeat(" k", 1000) + " -> t"), op("MatMul x t -> y")},
		[]message.Tensor{big}, message.Dim{Size: 1000})
	files["shifts"] = model(shifts, []message.Tensor{big}, message.Dim{Size: 1000}, message.Dim{Size: 1000})
	row := message.Floats("k", []int{1_000_000}, make([]float32, 1_000_000))
	files["labels"] = model(append([]message.Node{op("ArgMax x -> label", message.Attribute{
		Name: "axis", Type: message.IntAttribute, I: 1,
	})}, append(labels, op("Relu x -> y"))...), []message.Tensor{row}, message.Dim{Size: 1_000_000})
	keys := make([]int64, 200_000)
	for i := range keys {
		keys[i] = int64(i)
	}
	files["keys"] = model([]message.Node{
		op("ArgMax x -> label", message.Attribute{Name: "axis", Type: message.IntAttribute, I: 1}),
		op("LabelEncoder label -> y", message.Attribute{Name: "keys_int64s", Type: message.IntsAttribute, Ints: keys},
			message.Attribute{Name: "values_int64s", Type: message.IntsAttribute, Ints: keys[1:]}),
	}, nil, message.Dim{Size: 10})
	var gelus []message.Node
	for i := range 600 {
		gelus = append(gelus, op(fmt.Sprintf("Div v%d r -> a%d", i, i)), op(fmt.Sprintf("Erf a%d -> b%d", i, i)),
			op(fmt.Sprintf("Add b%d one -> c%d", i, i)), op(fmt.Sprintf("Mul v%d c%d -> d%d", i, i, i)),
			op(fmt.Sprintf("Mul d%d h -> e%d", i, i)), op(fmt.Sprintf("MatMul e%d k -> v%d", i, i+1)))
	}
	gelus[0].Inputs[0], gelus[3].Inputs[0], gelus[3599].Outputs[0] = "x", "x", "y"
	files["gelus"] = model(gelus, []message.Tensor{one, message.Floats("r", nil, []float32{1.4142135}),
		message.Floats("one", nil, []float32{1}), message.Floats("h", nil, []float32{0.5})}, message.Dim{Size: 1})
	files["wide max"] = model([]message.Node{op("Max x" + strings.Repeat(" x", 1<<20) + " -> y")}, nil, message.Dim{Size: 1})
	files["too many nodes"] = model(append(nodes, nodes...), []message.Tensor{one}, message.Dim{Size: 1})
	return files
}
