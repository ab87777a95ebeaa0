package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/interop/onnx/message"
)

// tensor returns a tensor of the file as a constant, after its numbers were fetched from the file beside it, if they are
// there.
func (r *reader) tensor(t *message.Tensor) (*constant, error) {
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
	return &constant{dims: t.Dims, tensor: t, strings: t.Strings, whole: !t.Type.Fraction()}, nil
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
		r.budget += min(6*len(data), math.MaxInt32)
	}
	if length < 0 {
		length = int64(len(data)) - offset
	}
	if offset > int64(len(data)) || length < 0 || length > int64(len(data))-offset {
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
	k := &constant{}
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
		k = number(float64(a.F))
	case "value_int":
		k = number(float64(a.I))
		k.whole = true
	case "value_floats":
		k = &constant{dims: []int{len(a.Floats)}, values: widened(a.Floats)}
	case "value_ints":
		k = integers(widened(a.Ints))
	case "value_string":
		k.strings = []string{a.S}
	case "value_strings":
		k = &constant{dims: []int{len(a.Strings)}, strings: a.Strings}
	default:
		return value{}, fmt.Errorf("wanted a dense tensor, found %s", name(a.Name))
	}
	return value{constant: k}, nil
}

func widened[T float32 | int64](vs []T) []float64 {
	all := make([]float64, len(vs))
	for i, v := range vs {
		all[i] = float64(v)
	}
	return all
}

// constantOfShape is ConstantOfShape with constant dimensions.
func (c *call) constantOfShape() (value, error) {
	k, err := c.constantIn(0)
	if err != nil {
		return value{}, err
	}
	dims, err := wholeNumbers(k)
	if err != nil {
		return value{}, err
	}
	out := &constant{values: []float64{}}
	for _, d := range dims {
		out.dims = append(out.dims, int(min(d, maxSize)))
	}
	size := product(out.dims)
	if size < 0 || slices.Min(append(out.dims, 0)) < 0 {
		return value{}, fmt.Errorf("wanted dimensions, found %v", dims)
	}
	if err := c.spend(8 * size); err != nil {
		return value{}, err
	}
	fill := 0.0
	if a := c.node.Attribute("value"); a != nil && a.T != nil {
		of, err := c.tensor(a.T)
		if err != nil {
			return value{}, err
		}
		if v, ok := of.scalar(); ok {
			fill, out.whole = v, of.whole
		}
	}
	out.values = slices.Repeat([]float64{fill}, size)
	return value{constant: out}, nil
}

// fold computes an operator that is applied to constants, element by element, after they were broadcast to the same
// dimensions, as NumPy does it.
func (c *call) fold(f func(args []float64) float64, ks []*constant) (value, error) {
	out := &constant{whole: true}
	largest := maxSmall
	for _, k := range ks {
		if k.strings != nil {
			return value{}, errors.New("wanted numbers, found texts")
		}
		dims, err := broadcast(out.dims, k.dims)
		if err != nil {
			return value{}, err
		}
		out.dims, largest, out.whole = dims, max(largest, k.size()), out.whole && k.whole
	}
	size := out.size()
	if size < 0 || size > largest {
		return value{}, fmt.Errorf("wanted a constant no larger than what it is made of, found %v", out.dims)
	}
	if err := c.spend(8 * size); err != nil {
		return value{}, err
	}
	out.values = make([]float64, size)
	args := make([]float64, len(ks))
	for i := range out.values {
		for n, k := range ks {
			args[n] = k.at(source(i, out.dims, k.dims))
		}
		out.values[i] = f(args)
		if out.whole {
			out.values[i] = math.Trunc(out.values[i])
		}
	}
	return value{constant: out}, nil
}

// broadcast returns the dimensions of what is computed of values of dimensions a and b.
func broadcast(a, b []int) ([]int, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		at := &out[len(a)-len(b)+i]
		if *at != d && *at != 1 && d != 1 {
			return nil, fmt.Errorf("wanted dimensions that go together, found %v and %v", a, b)
		}
		if *at == 1 {
			*at = d
		}
	}
	return out, nil
}

// source returns the index of the element of a tensor of dimensions in that becomes element i of one that it is broadcast
// to, of dimensions out.
func source(i int, out, in []int) int {
	index, stride := 0, 1
	for n := 1; n <= len(in); n++ {
		d := out[len(out)-n]
		if in[len(in)-n] != 1 {
			index += i % d * stride
			stride *= in[len(in)-n]
		}
		i /= d
	}
	return index
}

// permuted returns a constant with its axes in another order, as Transpose does.
func (r *reader) permuted(k *constant, order []int) (*constant, error) {
	size, out := k.size(), &constant{whole: k.whole}
	strides := make([]int, len(order)) // in k, of the axes in the new order
	for n, a := range order {
		out.dims = append(out.dims, k.dims[a])
		strides[n] = product(k.dims[a+1:])
	}
	if k.strings != nil || size < 0 {
		return nil, fmt.Errorf("wanted numbers, found %v texts", k.dims)
	}
	width := 8
	if k.tensor != nil {
		width = k.tensor.Type.Width()
		out.tensor = &message.Tensor{Name: k.tensor.Name, Type: k.tensor.Type, Dims: out.dims}
	}
	if err := r.spend(width * size); err != nil {
		return nil, err
	}
	index := make([]int, len(order))
	for at := 0; size > 0; size-- {
		if k.tensor != nil {
			out.tensor.Raw = append(out.tensor.Raw, k.tensor.Raw[at*width:(at+1)*width]...)
		} else {
			out.values = append(out.values, k.values[at])
		}
		for n := len(order) - 1; n >= 0; n-- { // the next index, as on an odometer
			index[n]++
			at += strides[n]
			if index[n] < out.dims[n] {
				break
			}
			at -= index[n] * strides[n]
			index[n] = 0
		}
	}
	return out, nil
}

// float32s returns the numbers of a constant as weights.
func (r *reader) float32s(k *constant) ([]float32, error) {
	if k.strings != nil || k.size() < 0 {
		return nil, fmt.Errorf("wanted numbers, found %v texts", k.dims)
	}
	if err := r.spend(4 * k.size()); err != nil {
		return nil, err
	}
	r.rounded(k)
	all := make([]float32, k.size())
	for i := range all {
		all[i] = float32(k.at(i))
		if v := float64(all[i]); v-v != 0 {
			return nil, fmt.Errorf("wanted weights that are finite in float32, found %v", k.at(i))
		}
	}
	return all, nil
}

// rounded notes that weights of another type are float32 from now on.
func (r *reader) rounded(k *constant) {
	if k.tensor == nil || !k.tensor.Type.Fraction() || k.tensor.Type == message.Float || k.size() < 2 {
		return
	}
	r.chain.Note("weights of type " + k.tensor.Type.String() + " were rounded to float32")
}
