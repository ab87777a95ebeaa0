package graph

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/onnx/message"
)

// floats returns a tensor with the numbers 1, 2, 3, ...
func floats(name string, dims ...int) message.Tensor {
	size := 1
	for _, d := range dims {
		size *= d
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(i + 1)
	}
	return message.Floats(name, dims, values)
}

func number(name string, v float32) message.Tensor { return message.Floats(name, nil, []float32{v}) }

func ints(name string, vs ...int64) message.Attribute {
	return message.Attribute{Name: name, Type: message.IntsAttribute, Ints: vs}
}

func integer(name string, v int64) message.Attribute {
	return message.Attribute{Name: name, Type: message.IntAttribute, I: v}
}

func texts(name string, vs ...string) message.Attribute {
	return message.Attribute{Name: name, Type: message.StringsAttribute, Strings: vs}
}

// op returns a node from a text such as "Add a b -> y". "-" is an input that is not given, and a domain may stand
// before the operator: "ai.onnx.ml:ZipMap".
func op(text string, attributes ...message.Attribute) message.Node {
	words := strings.Fields(strings.ReplaceAll(text, " - ", "  ~ "))
	n := message.Node{Attributes: attributes}
	n.Domain, n.Op, _ = strings.Cut(words[0], ":")
	if n.Op == "" {
		n.Domain, n.Op = "", n.Domain
	}
	to := &n.Inputs
	for _, w := range words[1:] {
		switch w {
		case "->":
			to = &n.Outputs
		case "~":
			*to = append(*to, "")
		default:
			*to = append(*to, w)
		}
	}
	return n
}

// graph returns a model with the input x, [n, dims...], and the output y, unless outputs are given. A dimension of -1
// has a name instead of a size.
func graph(dims []int64, tensors []message.Tensor, nodes []message.Node, outputs ...string) *message.Model {
	in := message.Value{Name: "x", Type: message.Float, Ranked: dims != nil, Dims: []message.Dim{{Name: "n"}}}
	for _, d := range dims {
		if d < 0 {
			in.Dims = append(in.Dims, message.Dim{Name: "m"})
		} else {
			in.Dims = append(in.Dims, message.Dim{Size: d})
		}
	}
	m := &message.Model{
		Opsets: []message.Opset{{Version: 17}, {Domain: "ai.onnx.ml", Version: 3}, {Domain: "com.microsoft", Version: 1}},
		Graph:  message.Graph{Inputs: []message.Value{in}, Initializers: tensors, Nodes: nodes},
	}
	if outputs == nil {
		outputs = []string{"y"}
	}
	for _, o := range outputs {
		m.Graph.Outputs = append(m.Graph.Outputs, message.Value{Name: o})
	}
	return m
}

// TestOperators compares what graphs give for the input 1, 2, 3, ... with what is computed by hand.
func TestOperators(t *testing.T) {
	k32 := floats("k", 3, 2) // x k is 22, 28 for x = 1, 2, 3
	for name, c := range map[string]struct {
		dims    []int64
		tensors []message.Tensor
		nodes   []message.Node
		input   []int // of the chain, if it is not dims
		want    []float64
	}{
		"matmul": {[]int64{3}, []message.Tensor{k32}, []message.Node{op("MatMul x k -> y")}, nil, []float64{22, 28}},
		"bias": {[]int64{3}, []message.Tensor{k32, floats("b", 2)},
			[]message.Node{op("MatMul x k -> m"), op("Add m b -> y")}, nil, []float64{23, 30}},
		"bias first, [1, n]": {[]int64{3}, []message.Tensor{k32, floats("b", 1, 2)},
			[]message.Node{op("MatMul x k -> m"), op("Add b m -> y")}, nil, []float64{23, 30}},
		"one number as bias": {[]int64{3}, []message.Tensor{k32, number("b", 5)},
			[]message.Node{op("MatMul x k -> m"), op("Add m b -> y")}, nil, []float64{27, 33}},
		"two biases": {[]int64{3}, []message.Tensor{k32, floats("b", 2)},
			[]message.Node{op("MatMul x k -> m"), op("Add m b -> a"), op("Add a b -> y")}, nil, []float64{24, 32}},
		"gemm": {[]int64{3}, []message.Tensor{k32, floats("b", 2)},
			[]message.Node{op("Gemm x k b -> y",
				message.Attribute{Name: "alpha", Type: message.FloatAttribute, F: 2},
				message.Attribute{Name: "beta", Type: message.FloatAttribute, F: 3})}, nil, []float64{47, 62}},
		"gemm, transposed, no bias": {[]int64{3}, []message.Tensor{floats("k", 2, 3)},
			[]message.Node{op("Gemm x k -> y", integer("transB", 1))}, nil, []float64{14, 32}},
		"gemm, bias of one number": {[]int64{3}, []message.Tensor{k32, floats("b", 1)},
			[]message.Node{op("Gemm x k b -> y")}, nil, []float64{23, 29}},
		"gemm, beta 0": {[]int64{3}, []message.Tensor{k32, floats("b", 2)},
			[]message.Node{op("Gemm x k b -> y", message.Attribute{Name: "beta", Type: message.FloatAttribute})}, nil, []float64{22, 28}},
		"transposed kernel": {[]int64{3}, []message.Tensor{floats("k", 2, 3)},
			[]message.Node{op("Transpose k -> t", ints("perm", 1, 0)), op("MatMul x t -> y")}, nil, []float64{14, 32}},
		"computed kernel": {[]int64{3}, []message.Tensor{k32, number("two", 2), floats("b", 2)},
			[]message.Node{op("Mul k two -> d"), op("Sub d b -> e"), op("MatMul x e -> y")}, nil, []float64{38, 44}},
		"unknown rank": {nil, []message.Tensor{k32}, []message.Node{op("Flatten x -> f"), op("MatMul f k -> y")}, []int{3}, []float64{22, 28}},
		"unknown size": {[]int64{-1}, []message.Tensor{k32, floats("s", 1, 3)},
			[]message.Node{op("Mul x s -> a"), op("MatMul a k -> y")}, []int{3}, []float64{1 + 12 + 45, 2 + 16 + 54}},
		"no shape but scale": {nil, []message.Tensor{floats("s", 3)}, []message.Node{op("Mul x s -> y")}, []int{3}, []float64{1, 4, 9}},
		"image": {[]int64{1, 3}, []message.Tensor{k32, floats("s", 1, 1, 3), number("o", 1)},
			[]message.Node{op("Div x s -> a"), op("Sub o a -> b"), op("Flatten b -> f"), op("MatMul f k -> y")}, nil, []float64{0, 0}},
		"channels": {[]int64{2, 2}, []message.Tensor{floats("g", 2), number("z", 0), message.Floats("m", []int{2}, []float32{0, 0}),
			message.Floats("v", []int{2}, []float32{1, 1})},
			[]message.Node{op("BatchNormalization x g m m v -> y", message.Attribute{Name: "epsilon", Type: message.FloatAttribute})},
			nil, []float64{1, 2, 6, 8}},
		"reshape by shape": {[]int64{3, 1}, []message.Tensor{k32, message.Integers("zero", 0), message.Integers("minus", -1), message.Integers("one", 1)},
			[]message.Node{
				op("Shape x -> s"), op("Gather s zero -> g"), op("Squeeze g -> q"), op("Unsqueeze q zero -> u"),
				op("Slice s zero one -> l"), op("Concat u minus -> c", integer("axis", 0)), op("Reshape x c -> r"), op("MatMul r k -> y"),
			}, nil, []float64{22, 28}},
		"reshape, 0 and -1": {[]int64{3, 1}, []message.Tensor{k32, message.Integers("s", 0, -1)},
			[]message.Node{op("Reshape x s -> r"), op("MatMul r k -> y")}, nil, []float64{22, 28}},
		"squeezed": {[]int64{1, 3}, []message.Tensor{k32, message.Integers("a", 1)},
			[]message.Node{op("Squeeze x a -> s"), op("MatMul s k -> m"), op("Unsqueeze m a -> u"), op("Flatten u -> y")}, nil, []float64{22, 28}},
		"row of one": {[]int64{1, 3}, []message.Tensor{k32}, []message.Node{op("MatMul x k -> y")}, nil, []float64{22, 28}},
		"channels last": {[]int64{1, 3, 1}, []message.Tensor{k32},
			[]message.Node{op("Transpose x -> t", ints("perm", 0, 2, 3, 1)), op("Flatten t -> f"), op("MatMul f k -> y")}, nil, []float64{22, 28}},
		"scaler": {[]int64{3}, nil, []message.Node{op("ai.onnx.ml:Scaler x -> y",
			message.Attribute{Name: "offset", Floats: []float32{1, 1, 2}}, message.Attribute{Name: "scale", Floats: []float32{2}})},
			nil, []float64{0, 2, 2}},
		"exp of logsoftmax": {[]int64{2}, nil, []message.Node{op("LogSoftmax x -> l"), op("Exp l -> y")}, nil,
			[]float64{0.2689414213699951, 0.7310585786300049}},
		"log of softmax": {[]int64{2}, nil, []message.Node{op("Softmax x -> s"), op("Log s -> y")}, nil,
			[]float64{0.2689414213699951, 0.7310585786300049}},
		"p and 1 - p": {[]int64{1}, []message.Tensor{number("one", 1)},
			[]message.Node{op("Sigmoid x -> p"), op("Sub one p -> q"), op("Concat p q -> y", integer("axis", -1))}, nil, []float64{0.2689414213699951}},
		"quick gelu": {[]int64{2}, nil, []message.Node{op("com.microsoft:QuickGelu x -> y",
			message.Attribute{Name: "alpha", Type: message.FloatAttribute, F: 1})}, nil, []float64{0.7310585786300049, 1.7615941559557649}},
		"unused": {[]int64{3}, []message.Tensor{k32}, []message.Node{op("Conv x k -> z"), op("MatMul x k -> y")}, nil, []float64{22, 28}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(graph(c.dims, c.tensors, c.nodes), 1000, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := c.input
			if want == nil {
				for _, d := range c.dims {
					want = append(want, int(d))
				}
			}
			if !reflect.DeepEqual(got.Input, want) {
				t.Errorf("input %v, wanted %v", got.Input, want)
			}
			x := make([]float64, got.Inputs())
			for i := range x {
				x[i] = float64(i + 1)
			}
			for i, y := range chaintest.Run(got, x) {
				if d := y - c.want[i]; d > 1e-6 || d < -1e-6 {
					t.Errorf("output %d is %v, wanted %v", i, y, c.want[i])
				}
			}
		})
	}
}

// TestRefused has graphs that are no chain of layers, or that contradict themselves.
func TestRefused(t *testing.T) {
	k := []message.Tensor{floats("k", 3, 2), floats("b", 2), floats("three", 3), number("one", 1), message.Integers("i", 1), message.Integers("s", 1, 3)}
	for want, nodes := range map[string][]message.Node{
		`operator Conv, which gives "y": wanted an operator of a dense network`:                    {op("Conv x k -> y")},
		`operator com.example.Add, which gives "y": wanted an operator of a dense network`:         {op("com.example:Add x k -> y")},
		"wanted a chain of layers, found two branches that come together":                          {op("MatMul x k -> m"), op("MatMul x k -> n"), op("Add m n -> y")},
		"wanted input 1 to depend on the model's input, found a constant":                          {op("Gemm k x -> y")},
		"wanted input 2 to be constant, found one that depends on the model's input":               {op("MatMul x x -> y")},
		"wanted a kernel for 2 inputs, found one for 3":                                            {op("MatMul x k -> m"), op("MatMul m k -> y")},
		"wanted a kernel of two dimensions, found [2]":                                             {op("MatMul x b -> y")},
		"wanted a bias for 2 units, found [3]":                                                     {op("Gemm x k three -> y")},
		"wanted a constant for values of dimensions [2], found [3]":                                {op("MatMul x k -> m"), op("Add m three -> y")},
		"wanted a product with transA = 0, found 1":                                                {op("Gemm x k -> y", integer("transA", 1))},
		"wanted it as in inference, found training_mode = 1":                                       {op("BatchNormalization x b b b b -> y", integer("training_mode", 1))},
		"wanted it as in inference, found training_mode = true":                                    {op("Dropout x - one -> y")},
		"wanted 2 channels, found [3]":                                                             {op("BatchNormalization x b b b b -> y")},
		"wanted softmax over the last axis, 1, found 0":                                            {op("Softmax x -> y", integer("axis", 0))},
		"wanted nothing after a logarithm of softmax, found this":                                  {op("LogSoftmax x -> l"), op("MatMul l k -> y")},
		"wanted to flatten each sample, with axis = 1, found 0":                                    {op("Flatten x -> y", integer("axis", 0))},
		"wanted dimensions that begin with the batch, found [1 3]":                                 {op("Reshape x s -> y")},
		"wanted dimensions for 2 values, found [3]":                                                {op("Shape x -> h"), op("MatMul x k -> m"), op("Reshape m h -> y")},
		"wanted to squeeze dimensions of 1, found 3 in [-1 3]":                                     {op("Squeeze x i -> y")},
		"wanted values in the order that they have, found axes [1 0] of [3]":                       {op("Transpose x -> y")},
		"wanted a type with fractions, such as float32, found int64":                               {op("Cast x -> y", integer("to", 7))},
		`operator Tanh, which gives "y": wanted an activation that dnn has, found operators`:       {op("Mul x x -> q"), op("Tanh q -> y")},
		"wanted an activation that dnn has":                                                        {op("Elu x -> e"), op("Mul e e -> y")},
		`output "y": wanted a value that depends on the input, found a constant`:                   {op("Identity k -> y")},
		`output "y": wanted a value of the graph, found none`:                                      {op("Relu x -> z")},
		`operator Relu, which gives "y": wanted an input that is there, found "z"`:                 {op("Relu z -> y")},
		`operator Relu, which gives "y": wanted a new name for its output, found "y"`:              {op("Relu x -> y"), op("Relu x -> y")},
		`operator Dropout, which gives "z": wanted only its first output in use, found "y"`:        {op("Dropout x -> z y")},
		"wanted 1 - p and p, found two values that do not add up to 1":                             {op("MatMul x three3 -> p"), op("Tanh p -> q"), op("Concat p q -> y", integer("axis", 1))},
		"wanted the names of 3 classes, found [2]":                                                 {op("Softmax x -> p"), op("ArgMax p -> a", integer("axis", 1)), op("ai.onnx.ml:ArrayFeatureExtractor b a -> y")},
		"wanted the largest of the last axis, 1, found 0":                                          {op("ArgMax x -> y")},
		"wanted nothing after the probabilities of classes, found this":                            {op("ai.onnx.ml:ZipMap x -> z", texts("classlabels_strings", "a")), op("Relu z -> y")},
		"wanted the names of classes, found none":                                                  {op("ai.onnx.ml:ZipMap x -> y")},
		"wanted whole numbers, found NaN":                                                          {op("Shape x -> h"), op("Unsqueeze x h -> y")},
		`operator Gelu, which gives "y": wanted the exact gelu (approximate = none), found "tanh"`: {op("Gelu x -> y", message.Attribute{Name: "approximate", S: "tanh"})},
		"wanted weights that are finite in float32, found +Inf":                                    {op("Div k zero -> d"), op("MatMul x d -> y")},
		"wanted a constant no larger than what it is made of, found [2000 2000]":                   {op("Add column row -> c"), op("MatMul x c -> y")},
		"wanted an axis of 1, found 5":                                                             {op("Shape x -> h", integer("start", 1)), op("Gather h five -> y")},
		"wanted one row of inputs for each sample, found [3 3]":                                    {op("Reshape x nine -> r"), op("MatMul r k -> y")},
		"wanted at most one dimension of -1, found [-1 -1]":                                        {op("Reshape x minus -> y")},
		"wanted constants that need little more than the file":                                     {op("ConstantOfShape huge -> c"), op("MatMul x c -> y")},
	} {
		tensors := append(slices.Clone(k), floats("three3", 3, 1), number("zero", 0), floats("column", 2000, 1), floats("row", 1, 2000),
			message.Integers("five", 5), message.Integers("nine", -1, 3, 3), message.Integers("minus", -1, -1), message.Integers("huge", 3, 1<<24))
		dims := []int64{3}
		if strings.Contains(want, "[3 3]") {
			dims = []int64{9}
		}
		_, err := Read(graph(dims, tensors, nodes), 1000, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestModels has what is wrong with a model as a whole.
func TestModels(t *testing.T) {
	relu := []message.Node{op("Relu x -> y")}
	for want, change := range map[string]func(m *message.Model){
		"wanted operators of version 7 or later, found 6":                   func(m *message.Model) { m.Opsets[0].Version = 6 },
		`wanted one input, found 2: "x", "z"`:                               func(m *message.Model) { m.Graph.Inputs = append(m.Graph.Inputs, message.Value{Name: "z"}) },
		"wanted one input, found 0":                                         func(m *message.Model) { m.Graph.Inputs = nil },
		"wanted an output, found none":                                      func(m *message.Model) { m.Graph.Outputs = nil },
		`input "x": wanted numbers, found string`:                           func(m *message.Model) { m.Graph.Inputs[0].Type = message.String },
		`input "x": wanted [batch, values...], found a single number`:       func(m *message.Model) { m.Graph.Inputs[0].Dims = nil },
		"wanted numbers of type float32, as from Cast, found whole numbers": func(m *message.Model) { m.Graph.Inputs[0].Type = message.Uint8 },
		"wanted the number of inputs, found neither a shape nor a layer":    func(m *message.Model) { m.Graph.Inputs[0].Ranked = false; m.Graph.Inputs[0].Dims = nil },
		`wanted one output, or one and its label, found 2: "y", "z"`: func(m *message.Model) {
			m.Graph.Nodes = append(m.Graph.Nodes, op("Tanh y -> z"))
			m.Graph.Outputs = append(m.Graph.Outputs, message.Value{Name: "z"})
		},
	} {
		m := graph([]int64{3}, nil, relu)
		change(m)
		if _, err := Read(m, 1000, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestLabels has tails that name classes.
func TestLabels(t *testing.T) {
	names := message.Tensor{Name: "names", Type: message.String, Dims: []int{3}, Strings: []string{"a", "b", "c"}}
	encoder := op("ai.onnx.ml:LabelEncoder l -> label", ints("keys_int64s", 0, 1, 2), texts("values_strings", "a", "b", "c"))
	for i, c := range []struct {
		nodes   []message.Node
		outputs []string
		want    []string
		notes   int
	}{
		{[]message.Node{op("Softmax x -> y"), op("ai.onnx.ml:ZipMap y -> z", texts("classlabels_strings", "a", "b", "c"))}, []string{"z"}, []string{"a", "b", "c"}, 0},
		{[]message.Node{op("Softmax x -> y"), op("ArgMax y -> l", integer("axis", -1)), op("Gather names l -> label")}, []string{"label", "y"}, []string{"a", "b", "c"}, 0},
		{[]message.Node{op("Softmax x -> y"), op("ArgMax y -> l", integer("axis", 1)), encoder}, []string{"label", "y"}, []string{"a", "b", "c"}, 0},
		{[]message.Node{op("Softmax x -> y"), op("ArgMax y -> l", integer("axis", 1)), op("Cast l -> label", integer("to", 7))}, []string{"label"}, nil, 1},
		{[]message.Node{op("ai.onnx.ml:ZipMap x -> z", ints("classlabels_int64s", 5, -6, 7))}, []string{"z"}, []string{"5", "-6", "7"}, 0},
	} {
		got, err := Read(graph([]int64{3}, []message.Tensor{names}, c.nodes, c.outputs...), 1000, nil)
		if err != nil || !reflect.DeepEqual(got.Classes, c.want) || len(got.Notes) != c.notes {
			t.Errorf("%d: got %v, %v", i, got, err)
		}
	}
}

// TestInitializersAsInputs has a file of before version 4 of the format, which lists its weights among the inputs.
func TestInitializersAsInputs(t *testing.T) {
	m := graph([]int64{3}, []message.Tensor{floats("fc.weight", 3, 2)}, []message.Node{op("MatMul x fc.weight -> y")})
	m.Graph.Inputs = append(m.Graph.Inputs, message.Value{Name: "fc.weight", Type: message.Float})
	got, err := Read(m, 1000, nil)
	if err != nil || len(got.Steps) != 1 || got.Steps[0].(chain.Dense).Name != "fc" {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestRounded has weights of other types.
func TestRounded(t *testing.T) {
	for _, typ := range []message.Type{message.Double, message.Float16, message.BFloat16} {
		k := message.Tensor{Name: "k", Type: typ, Dims: []int{3, 2}, Raw: make([]byte, 6*typ.Width())}
		got, err := Read(graph([]int64{3}, []message.Tensor{k}, []message.Node{op("Cast k -> f", integer("to", 1)), op("MatMul x f -> y")}), 1000, nil)
		want := []string{fmt.Sprintf("weights of type %v were rounded to float32", typ)}
		if err != nil || !reflect.DeepEqual(got.Notes, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
}
