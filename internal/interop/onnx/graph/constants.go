package graph

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"dnn/internal/interop/onnx/message"
	"dnn/internal/interop/onnx/tensor"
)

// tensor returns a tensor of the file as a constant, after its numbers were fetched from the file beside it, if they
// are there.
func (r *reader) tensor(t *message.Tensor) (*tensor.Tensor, error) {
	if t.External != nil {
		raw, err := r.fetch(t)
		if err != nil {
			return nil, err
		}
		t.Raw = raw
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return tensor.Of(t), nil
}

// fetch returns the bytes of an external tensor. Its file must lie in the model's own folder.
func (r *reader) fetch(t *message.Tensor) ([]byte, error) {
	var file string
	offset, length := int64(0), int64(-1)
	for _, e := range t.External {
		var err error
		switch e.Key {
		case "location":
			file = e.Value
		case "offset":
			offset, err = strconv.ParseInt(e.Value, 10, 64)
		case "length":
			length, err = strconv.ParseInt(e.Value, 10, 64)
		}
		if err != nil || offset < 0 {
			return nil, fmt.Errorf("external data: %s: wanted a number of bytes, found %s", e.Key, name(e.Value))
		}
	}
	if file == "" || file == "." || file == ".." || strings.ContainsAny(file, "/\\:\x00") {
		return nil, fmt.Errorf("external data: wanted the name of a file beside the model, found %s", name(file))
	}
	data, ok := r.files[file]
	if !ok {
		if r.external == nil {
			return nil, fmt.Errorf("external data: wanted the file %s, found the model alone", name(file))
		}
		var err error
		if data, err = r.external(file); err != nil {
			return nil, fmt.Errorf("external data: %w", err)
		}
		r.files[file] = data
		r.budget += tensor.Budget(6 * len(data))
	}
	if length < 0 {
		length = int64(len(data)) - offset
	}
	if length < 0 || length > int64(len(data))-offset {
		return nil, fmt.Errorf("external data: wanted bytes %d to %d of %s, found %d bytes",
			offset, offset+length, name(file), len(data))
	}
	return data[offset : offset+length : offset+length], nil
}

// constantNode is Constant.
func (c *call) constantNode() (value, error) {
	if len(c.node.Attributes) != 1 {
		return value{}, fmt.Errorf("wanted one attribute, found %d", len(c.node.Attributes))
	}
	var k *tensor.Tensor
	switch a := c.node.Attributes[0]; a.Name {
	case "value":
		if a.T == nil {
			return value{}, errors.New("wanted a tensor, found none")
		}
		var err error
		if k, err = c.tensor(a.T); err != nil {
			return value{}, err
		}
	case "value_float":
		k = tensor.Number(float64(a.F), false)
	case "value_int":
		k = tensor.Number(float64(a.I), true)
	case "value_floats":
		k = tensor.List(a.Floats, false)
	case "value_ints":
		k = tensor.List(a.Ints, true)
	case "value_string":
		k = tensor.Texts([]string{a.S}).Shaped(nil)
	case "value_strings":
		k = tensor.Texts(a.Strings)
	default:
		return value{}, fmt.Errorf("wanted a dense tensor, found %s", name(a.Name))
	}
	return value{constant: k}, nil
}

// constantOfShape is ConstantOfShape. If the size of the batch is a dimension, its elements are all the same anyway, so
// it is taken as one number, which is broadcast.
func (c *call) constantOfShape() (value, error) {
	k, err := c.constantIn(0)
	if err != nil {
		return value{}, err
	}
	fill := tensor.Number(0, false)
	if a := c.node.Attribute("value"); a != nil && a.T != nil {
		if fill, err = c.tensor(a.T); err != nil {
			return value{}, err
		}
	}
	v, ok := fill.Scalar()
	list, err := k.Short()
	if err != nil || !ok {
		return value{}, fmt.Errorf("wanted dimensions and a number, found %v and %v", k.Dims, fill.Dims)
	}
	dims := make([]int, len(list))
	for i, d := range list {
		if math.IsNaN(d) { // tensor.Batch
			return value{constant: tensor.Number(v, fill.Whole)}, nil
		}
		dims[i] = int(min(d, tensor.MaxSize))
	}
	out, err := tensor.Filled(dims, v, fill.Whole, &c.budget)
	return value{constant: out}, err
}

// expand is Expand of one number, which is broadcast wherever it is used.
func (c *call) expand() (value, error) {
	k, err := c.constantIn(0)
	if err != nil {
		return value{}, err
	}
	v, ok := k.Scalar()
	if !ok {
		return value{}, fmt.Errorf("wanted one number, found %v", k.Dims)
	}
	return value{constant: tensor.Number(v, k.Whole)}, nil
}

// float32s returns the numbers of a constant as weights, and notes if they had another type.
func (r *reader) float32s(k *tensor.Tensor) ([]float32, error) {
	all, note, err := k.Float32s(&r.budget)
	if note != "" {
		r.chain.Note(note)
	}
	return all, err
}
