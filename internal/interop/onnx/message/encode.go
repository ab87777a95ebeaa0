package message

import (
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// encoder is a message that is being written. Fields are written in ascending order, and those that are zero left out,
// so that equal models have equal bytes.
type encoder []byte

func (e *encoder) integer(number protowire.Number, v int64) {
	if v != 0 {
		*e = protowire.AppendVarint(protowire.AppendTag(*e, number, protowire.VarintType), uint64(v))
	}
}

func (e *encoder) text(number protowire.Number, s string) {
	if s != "" {
		e.always(number, s)
	}
}

// always writes a text even if it is empty.
func (e *encoder) always(number protowire.Number, s string) {
	*e = protowire.AppendString(protowire.AppendTag(*e, number, protowire.BytesType), s)
}

func (e *encoder) bytes(number protowire.Number, b []byte) {
	*e = slices.Grow(*e, len(b)+16) // with its tag and length
	*e = protowire.AppendBytes(protowire.AppendTag(*e, number, protowire.BytesType), b)
}

// message writes a message that fill fills.
func (e *encoder) message(number protowire.Number, fill func(e *encoder)) {
	var inner encoder
	fill(&inner)
	e.bytes(number, inner)
}

// Encode returns the model's file.
func (m *Model) Encode() []byte {
	var e encoder
	e.integer(1, m.IR)
	e.text(2, m.Producer)
	e.text(3, m.ProducerVersion)
	e.message(7, m.Graph.encode)
	for _, o := range m.Opsets {
		e.message(8, func(e *encoder) {
			e.text(1, o.Domain)
			e.integer(2, o.Version)
		})
	}
	for _, entry := range m.Metadata {
		e.message(14, entry.encode)
	}
	return e
}

func (en Entry) encode(e *encoder) {
	e.text(1, en.Key)
	e.text(2, en.Value)
}

func (g *Graph) encode(e *encoder) {
	for i := range g.Nodes {
		e.message(1, g.Nodes[i].encode)
	}
	e.text(2, g.Name)
	for i := range g.Initializers {
		e.message(5, g.Initializers[i].encode)
	}
	for _, v := range g.Inputs {
		e.message(11, v.encode)
	}
	for _, v := range g.Outputs {
		e.message(12, v.encode)
	}
}

func (n *Node) encode(e *encoder) {
	for _, name := range n.Inputs {
		e.always(1, name)
	}
	for _, name := range n.Outputs {
		e.always(2, name)
	}
	e.text(3, n.Name)
	e.text(4, n.Op)
	for _, a := range n.Attributes {
		e.message(5, a.encode)
	}
	e.text(7, n.Domain)
}

func (a Attribute) encode(e *encoder) {
	e.text(1, a.Name)
	switch a.Type {
	case FloatAttribute:
		*e = protowire.AppendFixed32(protowire.AppendTag(*e, 2, protowire.Fixed32Type), math.Float32bits(a.F))
	case IntAttribute:
		*e = protowire.AppendVarint(protowire.AppendTag(*e, 3, protowire.VarintType), uint64(a.I))
	case StringAttribute:
		e.text(4, a.S)
	}
	e.integer(20, int64(a.Type))
}

func (v Value) encode(e *encoder) {
	e.text(1, v.Name)
	e.message(2, func(e *encoder) { // TypeProto
		e.message(1, func(e *encoder) { // of a tensor
			e.integer(1, int64(v.Type))
			e.message(2, func(e *encoder) {
				for _, d := range v.Dims {
					e.message(1, func(e *encoder) {
						e.integer(1, d.Size)
						e.text(2, d.Name)
					})
				}
			})
		})
	})
}

func (t *Tensor) encode(e *encoder) {
	for _, d := range t.Dims {
		*e = protowire.AppendVarint(protowire.AppendTag(*e, 1, protowire.VarintType), uint64(d))
	}
	e.integer(2, int64(t.Type))
	e.text(8, t.Name)
	e.bytes(9, t.Raw)
}

// Floats returns a tensor of float32.
func Floats(name string, dims []int, values []float32) Tensor {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = protowire.AppendFixed32(raw, math.Float32bits(v))
	}
	return Tensor{Name: name, Type: Float, Dims: dims, Raw: raw}
}

// Integers returns a tensor of int64, with one dimension.
func Integers(name string, values ...int64) Tensor {
	var raw []byte
	for _, v := range values {
		raw = protowire.AppendFixed64(raw, uint64(v))
	}
	return Tensor{Name: name, Type: Int64, Dims: []int{len(values)}, Raw: raw}
}
