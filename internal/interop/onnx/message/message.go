// Package message has the messages of an ONNX file, as far as a dense network needs them: Decode reads them from the
// wire format of protocol buffers, and Model.Encode writes them. What they mean is package onnx's. Field numbers are
// those of onnx.proto3 in the ONNX specification (https://onnx.ai/onnx/api/classes.html).
//
// A file is not trusted: every length is bounded by the bytes that are there, strings and weights point into the file
// where they can, and of what takes more memory than the file there is a largest number.
package message

// Model is ONNX's ModelProto.
type Model struct {
	IR              int64 // version of the format
	Producer        string
	ProducerVersion string
	Graph           Graph
	Opsets          []Opset
	Metadata        []Entry
}

// Opset is a set of operators that a model uses. The standard domain is empty.
type Opset struct {
	Domain  string
	Version int64
}

// Entry is a name and a text.
type Entry struct{ Key, Value string }

// Graph is ONNX's GraphProto. Its nodes are in the order in which they can be computed.
type Graph struct {
	Name            string
	Nodes           []Node
	Initializers    []Tensor
	Inputs, Outputs []Value
}

// Node is an operator with the names of what it takes and gives.
type Node struct {
	Op, Domain, Name string
	Inputs, Outputs  []string // an empty name: not given
	Attributes       []Attribute
}

// Attribute is a setting of a node. Which of its values counts is said by what the operator takes.
type Attribute struct {
	Name    string
	Type    AttributeType
	F       float32
	I       int64
	S       string
	T       *Tensor
	Floats  []float32
	Ints    []int64
	Strings []string
}

// AttributeType is the type of an attribute's value.
type AttributeType int64

// The types of attributes that Decode reads. Others, such as graphs, have a Name and a Type only.
const (
	FloatAttribute   AttributeType = 1
	IntAttribute     AttributeType = 2
	StringAttribute  AttributeType = 3
	TensorAttribute  AttributeType = 4
	FloatsAttribute  AttributeType = 6
	IntsAttribute    AttributeType = 7
	StringsAttribute AttributeType = 8
)

// Value is the name and the type of an input or output of a graph.
type Value struct {
	Name   string
	Type   Type // of its elements; 0: no tensor, or unknown
	Ranked bool // Dims is known
	Dims   []Dim
}

// Dim is a dimension: a number, or a name, or neither.
type Dim struct {
	Size int64 // 0: unknown
	Name string
}
