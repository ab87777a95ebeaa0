package graph

import (
	"errors"
	"fmt"
	"slices"

	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/tensor"
)

// list returns the elements of input i, which must be constant, short and of at most one dimension, as a shape is.
func (c *call) list(i int) ([]float64, *tensor.Tensor, error) {
	k, err := c.constantIn(i)
	if err != nil {
		return nil, nil, err
	}
	if len(k.Dims) > 1 {
		return nil, nil, fmt.Errorf("wanted a list, found %v", k.Dims)
	}
	values, err := k.Short()
	return values, k, err
}

// gather is Gather from a list of numbers, or of the names of classes.
func (c *call) gather() (value, error) {
	if len(c.in) == 2 && c.in[1].label != nil {
		return c.named(c.in[1].label, 0)
	}
	values, from, err := c.list(0)
	if err != nil {
		return value{}, err
	}
	_, at, err := c.list(1)
	if err != nil {
		return value{}, err
	}
	indices, err := at.Integers()
	if err != nil {
		return value{}, err
	}
	var out []float64
	for _, v := range indices {
		i, err := axis(v, len(values))
		if err != nil {
			return value{}, err
		}
		out = append(out, values[i])
	}
	return value{constant: tensor.List(out, from.Whole).Shaped(at.Dims)}, nil
}

// slice is Slice of a list.
func (c *call) slice() (value, error) {
	values, from, err := c.list(0)
	if err != nil {
		return value{}, err
	}
	settings := []int64{0, 0, 0, 1} // starts, ends, axes, steps
	for i, attribute := range []string{"starts", "ends", "axes", "steps"} {
		vs, ok, err := c.integersOf(attribute, i+1)
		switch {
		case err != nil:
			return value{}, err
		case ok && len(vs) == 1:
			settings[i] = vs[0]
		case ok || i < 2:
			return value{}, fmt.Errorf("wanted one number of %s, found %d", attribute, len(vs))
		}
	}
	if len(from.Dims) != 1 || settings[2] != 0 && settings[2] != -1 || settings[3] != 1 {
		return value{}, fmt.Errorf("wanted a part of a list, found axis %d of %v, step %d",
			settings[2], from.Dims, settings[3])
	}
	low, high := clamp(settings[0], len(values)), clamp(settings[1], len(values))
	return value{constant: tensor.List(values[low:max(low, high)], from.Whole)}, nil
}

// concat is Concat of lists, or of the probabilities of two classes.
func (c *call) concat() (value, error) {
	if len(c.in) == 2 && c.in[0].signal != nil && c.in[1].signal != nil {
		return c.pair()
	}
	var out []float64
	whole := true
	for i := range c.in {
		values, k, err := c.list(i)
		if err != nil {
			return value{}, err
		}
		if len(k.Dims) != 1 || len(out) > tensor.MaxShort {
			return value{}, fmt.Errorf("wanted short lists, found %v", k.Dims)
		}
		out, whole = append(out, values...), whole && k.Whole
	}
	return value{constant: tensor.List(out, whole)}, nil
}

// pair is Concat of 1 - p and p, which skl2onnx writes for two classes. A chain has p alone. In the other order it has
// 1 - p, since the second class is the one that it is about.
func (c *call) pair() (value, error) {
	a, err := c.signalIn(0)
	if err != nil {
		return value{}, err
	}
	b, err := c.signalIn(1)
	if err != nil {
		return value{}, err
	}
	n := len(b.dims)
	if n == 0 || b.size() != 1 || !slices.Equal(a.dims, b.dims) || a.base != b.base {
		return value{}, errors.New("wanted one output, found two put together")
	}
	at, err := axis(c.integer("axis", 1), n+1)
	if err != nil || at != n {
		return value{}, fmt.Errorf("wanted the classes in the last axis, %d, found %d", n, at)
	}
	sum, ok := curve.Combine(curve.Arithmetic("Add"), a.function, b.function)
	if !ok || !sum.Is(1) {
		return value{}, errors.New("wanted 1 - p and p, found two values that do not add up to 1")
	}
	out := *b
	out.binary = true
	return value{signal: &out}, nil
}
