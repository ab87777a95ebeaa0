package graph

import (
	"errors"
	"fmt"
	"slices"

	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/message"
	"dnn/internal/interop/onnx/tensor"
)

// call is a node of the graph with the values of its inputs.
type call struct {
	*reader
	node *message.Node
	in   []value // of an input that is not given, all is nil
}

// String names the operator in errors.
func (c *call) String() string {
	op := c.node.Op
	if d := c.node.Domain; d != "" && d != "ai.onnx" {
		op = d + "." + op
	}
	if quoted := name(op); quoted == `"`+op+`"` {
		op = brief(op)
	} else { // damaged
		op = quoted
	}
	switch {
	case c.node.Name != "":
		return fmt.Sprintf("operator %s %s", op, name(c.node.Name))
	case len(c.node.Outputs) > 0:
		return fmt.Sprintf("operator %s, which gives %s", op, name(c.node.Outputs[0]))
	}
	return "operator " + op
}

// operator says what the first output of a node is.
type operator func(c *call) (value, error)

var errOperator = errors.New("wanted an operator of a dense network")

// evaluate returns the first output of the node.
func (c *call) evaluate() (value, error) {
	domain := c.node.Domain
	if domain == "ai.onnx" { // another name of the standard one
		domain = ""
	}
	op := c.operators[domain][c.node.Op]
	if op == nil {
		return value{}, errOperator
	}
	return op(c)
}

// operators returns all operators, by domain and name. Those of com.microsoft are what ONNX Runtime's optimizer makes of
// gelu and silu.
func operators() map[string]map[string]operator {
	all := standard()
	swish := withAlpha(curve.Swish, 1.702)
	return map[string]map[string]operator{
		"": all, "ai.onnx.ml": learned(), "com.microsoft": {
			"Gelu": all["Gelu"], "QuickGelu": func(c *call) (value, error) { return c.element(swish) },
		},
	}
}

// standard returns ONNX's own operators.
func standard() map[string]operator {
	all := map[string]operator{
		"Constant": (*call).constantNode, "ConstantOfShape": (*call).constantOfShape, "Expand": (*call).expand,
		"Identity": (*call).same, "Cast": (*call).cast, "CastLike": (*call).cast, "Dropout": (*call).dropout,
		"Flatten": (*call).flatten, "Reshape": (*call).reshape, "Squeeze": (*call).squeeze,
		"Unsqueeze": (*call).unsqueeze, "Transpose": (*call).transpose, "Shape": (*call).shape,
		"Gather": (*call).gather, "Slice": (*call).slice, "Concat": (*call).concat,
		"MatMul": (*call).matMul, "Gemm": (*call).gemm, "BatchNormalization": (*call).batchNormalization,
		"Softmax": (*call).softmax, "LogSoftmax": (*call).softmax, "ArgMax": (*call).argMax,
		"Add": (*call).arithmetic, "Sub": (*call).arithmetic, "Mul": (*call).arithmetic, "Div": (*call).arithmetic,
	}
	for op, e := range elements() {
		all[op] = func(c *call) (value, error) { return c.element(e) }
	}
	return all
}

// learned returns the operators of ONNX's domain for classical machine learning.
func learned() map[string]operator {
	return map[string]operator{
		"Scaler": (*call).scaler, "ZipMap": (*call).zipMap, "ArrayFeatureExtractor": (*call).feature,
		"LabelEncoder": (*call).encode,
	}
}

// signalIn returns input i, which must depend on the model's input and have numbers to compute with.
func (c *call) signalIn(i int) (*signal, error) {
	if i >= len(c.in) || c.in[i].signal == nil {
		return nil, fmt.Errorf("wanted input %d to depend on the model's input, found %s", i+1, c.kind(i))
	}
	s := c.in[i].signal
	switch {
	case s.whole:
		return nil, errors.New("wanted numbers of type float32, as from Cast, found whole numbers")
	case s.base.logs:
		return nil, errors.New("wanted nothing after a logarithm of softmax, found this")
	case s.binary || s.classes != nil:
		return nil, errors.New("wanted nothing after the probabilities of classes, found this")
	}
	return s, nil
}

// constantIn returns input i, which must be a constant.
func (c *call) constantIn(i int) (*tensor.Tensor, error) {
	if i >= len(c.in) || c.in[i].constant == nil {
		return nil, fmt.Errorf("wanted input %d to be constant, found %s", i+1, c.kind(i))
	}
	return c.in[i].constant, nil
}

func (c *call) kind(i int) string {
	switch {
	case i >= len(c.in):
		return "none"
	case c.in[i].constant != nil:
		return "a constant"
	case c.in[i].signal != nil:
		return "one that depends on the model's input"
	case c.in[i].label != nil:
		return "the class"
	}
	return "none"
}

// given reports whether an optional input is there.
func (c *call) given(i int) bool { return i < len(c.in) && c.in[i] != value{} }

// constants returns all inputs, or false if one is not constant.
func (c *call) constants() ([]*tensor.Tensor, bool) {
	var all []*tensor.Tensor
	for _, v := range c.in {
		if v.constant == nil {
			return nil, false
		}
		all = append(all, v.constant)
	}
	return all, len(all) > 0
}

func (c *call) integer(attribute string, otherwise int64) int64 {
	if a := c.node.Attribute(attribute); a != nil {
		return a.I
	}
	return otherwise
}

func (c *call) float(attribute string, otherwise float64) float64 {
	if a := c.node.Attribute(attribute); a != nil {
		return curve.Decimal(a.F)
	}
	return otherwise
}

// integersOf returns the whole numbers of an attribute, or of input i, where newer versions have them. The second
// result is false if neither is given.
func (c *call) integersOf(attribute string, i int) ([]int64, bool, error) {
	if a := c.node.Attribute(attribute); a != nil {
		if a.Type == message.IntAttribute {
			return []int64{a.I}, true, nil
		}
		return a.Ints, true, nil
	}
	if !c.given(i) {
		return nil, false, nil
	}
	k, err := c.constantIn(i)
	if err != nil {
		return nil, false, err
	}
	values, err := k.Integers()
	return values, true, err
}

// axis returns an axis of a tensor of the given rank, counted from its end if it is negative.
func axis(v int64, rank int) (int, error) {
	if v < 0 {
		v += int64(rank)
	}
	if v < 0 || v >= int64(rank) {
		return 0, fmt.Errorf("wanted an axis of %d, found %d", rank, v)
	}
	return int(v), nil
}

// axes returns all axes in ascending order, each once.
func axes(vs []int64, rank int) ([]int, error) {
	var all []int
	for _, v := range vs {
		a, err := axis(v, rank)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	slices.Sort(all)
	return all, nil
}
