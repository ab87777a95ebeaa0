package tensor

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/onnx/message"
)

// Shaped returns the same elements in other dimensions, whose product must be the same.
func (t *Tensor) Shaped(dims []int) *Tensor {
	out := *t
	out.Dims = dims
	return &out
}

// Permuted returns the tensor with its axes in another order, as ONNX's Transpose does.
func (t *Tensor) Permuted(order []int, b *Budget) (*Tensor, error) {
	size, out := t.Size(), &Tensor{Whole: t.Whole}
	strides := make([]int, len(order)) // in t, of the axes in the new order
	for n, a := range order {
		out.Dims = append(out.Dims, t.Dims[a])
		strides[n] = Product(t.Dims[a+1:])
	}
	if t.Strings != nil || size < 0 {
		return nil, fmt.Errorf("wanted numbers, found %v texts", t.Dims)
	}
	width := 8
	if t.file != nil {
		width = t.file.Type.Width()
	}
	if err := b.Spend(4 * width * size); err != nil { // it takes longer than other things
		return nil, err
	}
	if t.file == nil {
		out.values = make([]float64, 0, size)
	} else {
		out.file = &message.Tensor{
			Name: t.file.Name, Type: t.file.Type, Dims: out.Dims, Raw: make([]byte, 0, width*size),
		}
	}
	index := make([]int, len(order))
	for at := 0; size > 0; size-- {
		if t.file != nil {
			out.file.Raw = append(out.file.Raw, t.file.Raw[at*width:(at+1)*width]...)
		} else {
			out.values = append(out.values, t.values[at])
		}
		for n := len(order) - 1; n >= 0; n-- { // the next index, as on an odometer
			index[n]++
			at += strides[n]
			if index[n] < out.Dims[n] {
				break
			}
			at -= index[n] * strides[n]
			index[n] = 0
		}
	}
	return out, nil
}

// Fold returns f, applied element by element to tensors that are broadcast to the same dimensions, as NumPy does it.
func Fold(f func(args []float64) float64, ts []*Tensor, b *Budget) (*Tensor, error) {
	out := &Tensor{Whole: true}
	largest := MaxShort
	for _, t := range ts {
		if t.Strings != nil {
			return nil, errors.New("wanted numbers, found texts")
		}
		dims, err := broadcast(out.Dims, t.Dims)
		if err != nil {
			return nil, err
		}
		out.Dims, largest, out.Whole = dims, max(largest, t.Size()), out.Whole && t.Whole
	}
	size := out.Size()
	if size < 0 || size > largest {
		return nil, fmt.Errorf("wanted a constant no larger than what it is made of, found %v", out.Dims)
	}
	if err := b.Spend(8 * size * (1 + len(ts))); err != nil { // reading them takes as long
		return nil, err
	}
	out.values = make([]float64, size)
	args := make([]float64, len(ts))
	for i := range out.values {
		for n, t := range ts {
			at := i
			if !slices.Equal(t.Dims, out.Dims) {
				at = source(i, out.Dims, t.Dims)
			}
			args[n] = t.At(at)
		}
		out.values[i] = f(args)
		if out.Whole {
			out.values[i] = math.Trunc(out.values[i])
		}
	}
	return out, nil
}

// Spread returns the elements of t after it was broadcast to the given dimensions, which it must fit.
func (t *Tensor) Spread(dims []int, b *Budget) ([]float64, error) {
	size := Product(dims)
	if size < 0 {
		return nil, fmt.Errorf("wanted known dimensions, found %v", dims)
	}
	if err := b.Spend(8 * size); err != nil {
		return nil, err
	}
	all := make([]float64, size)
	for i := range all {
		all[i] = t.At(source(i, dims, t.Dims))
	}
	return all, nil
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

// source returns the index of the element of a tensor of dimensions in that becomes element i of one that it is
// broadcast to, of dimensions out. in may have more dimensions, of 1, in front.
func source(i int, out, in []int) int {
	index, stride := 0, 1
	for n := 1; n <= min(len(in), len(out)); n++ {
		d := out[len(out)-n]
		if own := in[len(in)-n]; own != 1 {
			index += i % d * stride
			stride *= own
		}
		i /= d
	}
	return index
}
