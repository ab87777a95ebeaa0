package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/message"
	"dnn/internal/interop/onnx/tensor"
)

// same is Identity.
func (c *call) same() (value, error) {
	if !c.given(0) {
		return value{}, errors.New("wanted an input, found none")
	}
	return c.in[0], nil
}

// cast is Cast. A chain computes in float32, whatever the file says.
func (c *call) cast() (value, error) {
	to := message.Type(c.integer("to", int64(message.Float)))
	v, err := c.same()
	switch {
	case err != nil || v.label != nil:
		return v, err
	case v.constant != nil:
		k, err := v.constant.Cast(to)
		return value{constant: k}, err
	case to == message.Bool && !v.signal.whole:
		return c.apply(func(x []float64) float64 { return curve.Truth(x[0]) }, c.in[:1])
	case !to.Fraction() && !v.signal.whole:
		return value{}, fmt.Errorf("wanted a type with fractions, such as float32, found %v", to)
	}
	s := *v.signal
	s.whole = !to.Fraction()
	if to == message.Float16 || to == message.BFloat16 {
		c.chain.Note("values that the file computes in " + to.String() + " are float32 here")
	}
	return value{signal: &s}, nil
}

// flatten is Flatten, of all values of a sample.
func (c *call) flatten() (value, error) {
	v, err := c.same()
	if err != nil || v.label != nil {
		return v, err
	}
	if v.signal == nil {
		return value{}, errors.New("wanted to flatten samples, found a constant")
	}
	s := v.signal
	at := c.integer("axis", 1)
	if s.anyDims && at == 1 {
		return value{signal: s.shaped([]int{-1})}, nil
	}
	a, err := axis(at, len(s.dims)+1)
	if err != nil {
		return value{}, err
	}
	if a == 0 || tensor.Product(s.dims[:a-1]) != 1 {
		return value{}, fmt.Errorf("wanted to flatten each sample, with axis = 1, found %d", at)
	}
	return value{signal: s.shaped([]int{s.size()})}, nil
}

// reshape is Reshape. It moves no value, so it only has to keep samples apart.
func (c *call) reshape() (value, error) {
	v, err := c.same()
	if err != nil || v.label != nil {
		return v, err
	}
	to, err := c.constantIn(1)
	if err != nil {
		return value{}, err
	}
	dims, err := to.Short()
	if err == nil && len(dims) > maxRank {
		err = fmt.Errorf("wanted at most %d dimensions, found %d", maxRank, len(dims))
	}
	if err != nil {
		return value{}, err
	}
	zeros := c.integer("allowzero", 0) != 0
	if k := v.constant; k != nil {
		shape, err := reshaped(k.Dims, dims, k.Size(), zeros)
		return value{constant: k.Shaped(shape)}, err
	}
	s := v.signal
	if len(dims) == 0 || !c.isBatch(dims[0], zeros) {
		return value{}, fmt.Errorf("wanted dimensions that begin with the batch, found %v", dims)
	}
	if dims[0] == -1 && slices.Contains(dims[1:], -1) {
		return value{}, fmt.Errorf("wanted at most one dimension of -1, found %v", dims)
	}
	shape, err := reshaped(s.dims, dims[1:], s.size(), zeros)
	if err != nil {
		return value{}, err
	}
	return value{signal: s.shaped(shape)}, nil
}

// maxRank is the largest number of dimensions of a value.
const maxRank = 8

// isBatch reports whether d, the first dimension that a value is given, is the number of samples.
func (c *call) isBatch(d float64, zeros bool) bool {
	return math.IsNaN(d) || d == -1 || d == 0 && !zeros || c.batch > 0 && d == float64(c.batch)
}

// reshaped returns the dimensions that size values get, which have the dimensions own so far. 0 is the old dimension at
// its place, unless zeros is set, and -1 is what is left. If size is -1 it is unknown.
func reshaped(own []int, to []float64, size int, zeros bool) ([]int, error) {
	dims, open, known := []int{}, -1, 1
	for i, d := range to {
		switch {
		case d == -1 && open < 0:
			open = i
		case d == 0 && !zeros && i < len(own):
			d = float64(own[i])
		case !(d >= 1 && d <= tensor.MaxSize):
			return nil, fmt.Errorf("wanted dimensions of one sample, found %v", to)
		}
		dims = append(dims, int(d))
		if d != -1 {
			known = tensor.Product([]int{known, int(d)})
		}
	}
	if open >= 0 && size >= 0 && known > 0 {
		dims[open] = size / known
	}
	if found := tensor.Product(dims); size >= 0 && found != size {
		return nil, fmt.Errorf("wanted dimensions for %d values, found %v", size, to)
	}
	return dims, nil
}

// squeeze is Squeeze: dimensions of 1 are left out.
func (c *call) squeeze() (value, error) {
	v, err := c.same()
	if err != nil || v.label != nil {
		return v, err
	}
	list, some, err := c.integersOf("axes", 1)
	if err != nil {
		return value{}, err
	}
	dims, first := ranked(v)
	at, err := axes(list, len(dims))
	if err != nil {
		return value{}, err
	}
	var out []int
	for i, d := range dims {
		drop := d == 1 && !some && i >= first || slices.Contains(at, i)
		if drop && (d != 1 || i < first) {
			return value{}, fmt.Errorf("wanted to squeeze dimensions of 1, found %d in %v", d, dims)
		}
		if !drop {
			out = append(out, d)
		}
	}
	return v.withDims(out, first), nil
}

// unsqueeze is Unsqueeze: dimensions of 1 are put in.
func (c *call) unsqueeze() (value, error) {
	v, err := c.same()
	if err != nil || v.label != nil {
		return v, err
	}
	list, _, err := c.integersOf("axes", 1)
	if err != nil {
		return value{}, err
	}
	dims, first := ranked(v)
	if len(list)+len(dims) > maxRank {
		return value{}, fmt.Errorf("wanted at most %d dimensions, found %d", maxRank, len(list)+len(dims))
	}
	at, err := axes(list, len(dims)+len(list))
	if err != nil {
		return value{}, err
	}
	for _, a := range at {
		if a < first || a > len(dims) {
			return value{}, fmt.Errorf("wanted dimensions of one sample, found axes %v", list)
		}
		dims = slices.Insert(slices.Clone(dims), a, 1)
	}
	return v.withDims(dims, first), nil
}

// ranked returns the dimensions of a value with that of the batch, and 1 if there is a batch, else 0.
func ranked(v value) (dims []int, first int) {
	if v.constant != nil {
		return v.constant.Dims, 0
	}
	return append([]int{-1}, v.signal.dims...), 1
}

// withDims returns a value with other dimensions, the first of which is the batch, if first is 1.
func (v value) withDims(dims []int, first int) value {
	if first == 1 {
		return value{signal: v.signal.shaped(dims[1:])}
	}
	k := *v.constant
	k.Dims = dims
	return value{constant: &k}
}

// transpose is Transpose: of a constant, or of dimensions of 1, which moves nothing.
func (c *call) transpose() (value, error) {
	v, err := c.same()
	if err != nil || v.label != nil {
		return v, err
	}
	dims, first := ranked(v)
	order := make([]int, len(dims))
	for i := range order {
		order[i] = len(dims) - 1 - i
	}
	if a := c.node.Attribute("perm"); a != nil {
		if order, err = axes(a.Ints, len(dims)); err != nil || len(order) != len(dims) || len(a.Ints) != len(dims) {
			return value{}, fmt.Errorf("wanted an order of %d axes, found %d", len(dims), len(a.Ints))
		}
		for i, p := range a.Ints {
			order[i], _ = axis(p, len(dims))
		}
	}
	if v.constant != nil {
		k, err := v.constant.Permuted(order, &c.budget)
		return value{constant: k}, err
	}
	var out []int
	last := -1
	for i, a := range order {
		if (a == 0) != (i == 0) || dims[a] != 1 && a < last || v.signal.anyDims {
			return value{}, fmt.Errorf("wanted values in the order that they have, found axes %v of %v",
				order, v.signal.dims)
		}
		if dims[a] != 1 {
			last = a
		}
		out = append(out, dims[a])
	}
	return v.withDims(out, first), nil
}

// shape is Shape, with NaN for the size of the batch.
func (c *call) shape() (value, error) {
	v, err := c.same()
	if err != nil {
		return value{}, err
	}
	if v.label != nil || v.signal != nil && v.signal.anyDims {
		return value{}, errors.New("wanted known dimensions, found none")
	}
	dims, first := ranked(v)
	all := make([]float64, 0, len(dims))
	for i, d := range dims {
		switch {
		case i < first:
			all = append(all, tensor.Batch)
		case d < 0:
			return value{}, fmt.Errorf("wanted known dimensions, found %v", v.signal.dims)
		default:
			all = append(all, float64(d))
		}
	}
	from, to := c.integer("start", 0), c.integer("end", int64(len(all)))
	low, high := clamp(from, len(all)), clamp(to, len(all))
	return value{constant: tensor.List(all[low:max(low, high)], true)}, nil
}

// clamp returns an index counted from the start, within [0, n].
func clamp(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(max(0, min(i, int64(n))))
}
