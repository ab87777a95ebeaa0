package message

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The most that a file may have of what takes more memory than bytes of the file.
const (
	maxNodes      = 4096
	maxTensors    = 8192
	maxEntries    = 1024 // operator sets, and of the metadata
	maxNames      = 1024 // inputs or outputs of one node
	maxAttributes = 64
	maxInts       = 1 << 20
	maxDims       = 8

	maxElements = 1 << 21 // of all these lists together
)

// Decode reads a model. Tensors point into data.
func Decode(data []byte) (*Model, error) {
	m := &Model{}
	graphs := 0
	left := maxElements
	err := each(data, &left, func(f field) (err error) {
		switch f.number {
		case 1:
			m.IR, err = f.integer()
		case 2:
			m.Producer, err = f.text()
		case 3:
			m.ProducerVersion, err = f.text()
		case 7:
			graphs++
			err = m.Graph.decode(f)
		case 8:
			var o Opset
			if o, err = decodeOpset(f); err == nil {
				m.Opsets, err = appendOne(f, m.Opsets, o, maxEntries, "sets of operators")
			}
		case 14:
			m.Metadata, err = appendEntry(m.Metadata, f)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case graphs != 1:
		return nil, fmt.Errorf("wanted one graph, found %d", graphs)
	case len(m.Opsets) == 0:
		return nil, errors.New("wanted the version of its operators (opset_import), found none")
	}
	return m, nil
}

func decodeOpset(f field) (o Opset, err error) {
	b, err := f.message()
	if err != nil {
		return o, err
	}
	return o, each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			o.Domain, err = f.text()
		case 2:
			o.Version, err = f.integer()
		}
		return err
	})
}

func appendEntry(all []Entry, f field) ([]Entry, error) {
	var e Entry
	b, err := f.message()
	if err != nil {
		return nil, err
	}
	err = each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			e.Key, err = f.text()
		case 2:
			e.Value, err = f.text()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return appendOne(f, all, e, maxEntries, "entries")
}

func (g *Graph) decode(f field) error {
	b, err := f.message()
	if err != nil {
		return err
	}
	return each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			var n Node
			if err = n.decode(f); err == nil {
				g.Nodes, err = appendOne(f, g.Nodes, n, maxNodes, "operators")
			}
		case 2:
			g.Name, err = f.text()
		case 5:
			var t Tensor
			if err = t.decode(f); err == nil {
				g.Initializers, err = appendOne(f, g.Initializers, t, maxTensors, "tensors")
			}
		case 11:
			g.Inputs, err = appendValue(g.Inputs, f, "inputs")
		case 12:
			g.Outputs, err = appendValue(g.Outputs, f, "outputs")
		case 15:
			err = errors.New("wanted dense tensors, found a sparse one")
		}
		return err
	})
}

func (n *Node) decode(f field) error {
	b, err := f.message()
	if err != nil {
		return err
	}
	names := func(all []string, f field) ([]string, error) {
		name, err := f.text()
		if err != nil {
			return nil, err
		}
		return appendOne(f, all, name, maxNames, "names")
	}
	return each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			n.Inputs, err = names(n.Inputs, f)
		case 2:
			n.Outputs, err = names(n.Outputs, f)
		case 3:
			n.Name, err = f.text()
		case 4:
			n.Op, err = f.text()
		case 5:
			var a Attribute
			if err = a.decode(f); err == nil {
				n.Attributes, err = appendOne(f, n.Attributes, a, maxAttributes, "attributes")
			}
		case 7:
			n.Domain, err = f.text()
		}
		return err
	})
}

func (a *Attribute) decode(f field) error {
	b, err := f.message()
	if err != nil {
		return err
	}
	var floats []byte
	err = each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			a.Name, err = f.text()
		case 2:
			a.F, err = f.float()
		case 3:
			a.I, err = f.integer()
		case 4:
			a.S, err = f.text()
		case 5:
			a.T = &Tensor{}
			err = a.T.decode(f)
		case 7:
			floats, err = f.fixed(floats, 4)
		case 8:
			err = f.integers(func(v int64) (err error) {
				a.Ints, err = appendOne(f, a.Ints, v, maxInts, "numbers of an attribute")
				return err
			})
		case 9:
			var s string
			if s, err = f.text(); err == nil {
				a.Strings, err = appendOne(f, a.Strings, s, maxInts, "texts of an attribute")
			}
		case 20:
			var v int64
			v, err = f.integer()
			a.Type = AttributeType(v)
		}
		return err
	})
	if len(floats) > 0 {
		a.Floats = make([]float32, len(floats)/4)
		for i := range a.Floats {
			a.Floats[i] = math.Float32frombits(uint32(little(floats[4*i : 4*i+4])))
		}
	}
	return err
}

func appendValue(all []Value, f field, thing string) ([]Value, error) {
	var v Value
	b, err := f.message()
	if err != nil {
		return nil, err
	}
	err = each(b, f.left, func(f field) (err error) {
		switch f.number {
		case 1:
			v.Name, err = f.text()
		case 2:
			err = v.decodeType(f)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return appendOne(f, all, v, maxTensors, thing)
}

// decodeType reads a TypeProto, which has the fields of its tensor type two levels below.
func (v *Value) decodeType(f field) error {
	begin := func() (err error) { // of whose dimension nothing is known yet
		v.Dims, err = appendOne(f, v.Dims, Dim{}, maxDims, "dimensions")
		return err
	}
	return nested(f, 1, func(f field) (err error) {
		switch f.number {
		case 1:
			var t int64
			t, err = f.integer()
			v.Type = Type(t)
		case 2:
			v.Ranked = true
			err = nested(f, 1, v.decodeDim, begin)
		}
		return err
	}, nil)
}

func (v *Value) decodeDim(f field) (err error) {
	d := &v.Dims[len(v.Dims)-1]
	switch f.number {
	case 1:
		d.Size, err = f.integer()
		d.Size = max(d.Size, 0)
	case 2:
		d.Name, err = f.text()
	}
	return err
}

// nested visits the fields of each message that is field number of a message. begin, if any, is called before each.
func nested(f field, number int, visit func(f field) error, begin func() error) error {
	outer, err := f.message()
	if err != nil {
		return err
	}
	return each(outer, f.left, func(f field) error {
		if int(f.number) != number {
			return nil
		}
		inner, err := f.message()
		if err == nil && begin != nil {
			err = begin()
		}
		if err != nil {
			return err
		}
		return each(inner, f.left, visit)
	})
}

// Attribute returns the attribute of the given name, or nil.
func (n *Node) Attribute(name string) *Attribute {
	if i := slices.IndexFunc(n.Attributes, func(a Attribute) bool { return a.Name == name }); i >= 0 {
		return &n.Attributes[i]
	}
	return nil
}
