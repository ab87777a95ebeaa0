package onnx

import (
	"errors"
	"fmt"
	"slices"

	"dnn/internal/interop/onnx/curve"
)

// list returns input i, which must be constant, short and of at most one dimension, as a shape is.
func (c *call) list(i int) (*constant, error) {
	k, err := c.constantIn(i)
	if err != nil {
		return nil, err
	}
	if k.strings != nil || len(k.dims) > 1 || k.size() < 0 || k.size() > maxSmall {
		return nil, fmt.Errorf("wanted a list of at most %d numbers, found %v", maxSmall, k.dims)
	}
	return k, nil
}

// gather is Gather from a list of numbers, or of the names of classes.
func (c *call) gather() (value, error) {
	if len(c.in) == 2 && c.in[1].label != nil {
		return c.named(c.in[1].label, 0)
	}
	from, err := c.list(0)
	if err != nil {
		return value{}, err
	}
	at, err := c.list(1)
	if err != nil {
		return value{}, err
	}
	indices, err := wholeNumbers(at)
	if err != nil {
		return value{}, err
	}
	out := &constant{dims: at.dims, values: []float64{}, whole: from.whole}
	for _, v := range indices {
		i, err := axis(v, from.size())
		if err != nil {
			return value{}, err
		}
		out.values = append(out.values, from.at(i))
	}
	return value{constant: out}, nil
}

// slice is Slice of a list.
func (c *call) slice() (value, error) {
	from, err := c.list(0)
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
	if len(from.dims) != 1 || settings[2] != 0 && settings[2] != -1 || settings[3] != 1 {
		return value{}, fmt.Errorf("wanted a part of a list, found axis %d of %v, step %d",
			settings[2], from.dims, settings[3])
	}
	low, high := clamp(settings[0], from.size()), clamp(settings[1], from.size())
	out := integers(from.floats()[low:max(low, high)])
	out.whole = from.whole
	return value{constant: out}, nil
}

// concat is Concat of lists, or of the probabilities of two classes.
func (c *call) concat() (value, error) {
	if len(c.in) == 2 && c.in[0].signal != nil && c.in[1].signal != nil {
		return c.pair()
	}
	out := integers([]float64{})
	for i := range c.in {
		k, err := c.list(i)
		if err != nil {
			return value{}, err
		}
		if len(k.dims) != 1 || len(out.values) > maxSmall {
			return value{}, fmt.Errorf("wanted lists, found %v", k.dims)
		}
		out.values, out.whole = append(out.values, k.floats()...), out.whole && k.whole
	}
	out.dims[0] = len(out.values)
	return value{constant: out}, nil
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
