package onnx

import (
	"fmt"
	"slices"
	"strconv"

	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/message"
)

// value is what a name in the graph stands for. Exactly one of constant, signal, label and unknown is set.
type value struct {
	constant *constant
	signal   *signal
	label    *label
	unknown  error // the graph may have operators that nobody needs, so this counts only if the output depends on it
}

// constant is a tensor that does not depend on the input. Its numbers are in the file, or in values if they were
// computed. Of a whole number that is the number of samples in a batch, the value is NaN.
type constant struct {
	dims    []int
	tensor  *message.Tensor
	values  []float64
	strings []string
	whole   bool // whole numbers
}

// signal is a function, element by element, of a base: [batch, dims...].
type signal struct {
	base     *base
	function *curve.Function
	dims     []int    // of one sample; a -1 is unknown
	anyDims  bool     // nothing is known of the shape
	classes  []string // from a ZipMap
	binary   bool     // it stands for [1 - p, p], the probabilities of two classes
	whole    bool     // it has an integer type, which has another arithmetic
}

// base is a value that is not a function of one element: the input, or what a layer gives.
type base struct {
	from  *signal // nil: the input
	layer layer   // applied to from
	logs  bool    // it is the logarithm of what the layer gives
}

// label is the class, as a number or by its name, that a signal gives the most to.
type label struct {
	of      *signal
	classes []string // nil: numbers from 0
}

func unknown(format string, args ...any) value { return value{unknown: fmt.Errorf(format, args...)} }

// newBase returns the result of a layer for s, with the given dimensions.
func newBase(s *signal, l layer, dims []int) *signal {
	return &signal{base: &base{from: s, layer: l}, function: curve.Variable(), dims: dims}
}

// with returns the same signal as another function of its base.
func (s *signal) with(f *curve.Function) *signal {
	other := *s
	other.function = f
	return &other
}

// shaped returns the same values in other dimensions.
func (s *signal) shaped(dims []int) *signal {
	other := *s
	other.dims, other.anyDims = dims, false
	return &other
}

// size returns the number of values, or -1 if it is unknown.
func (s *signal) size() int {
	if s.anyDims {
		return -1
	}
	return product(s.dims)
}

// width returns the number of values, given that all dimensions but the last one are 1; or -1, if it is unknown. The
// second result is false if they are not.
func (s *signal) width() (int, bool) {
	n := len(s.dims)
	switch {
	case s.anyDims:
		return -1, true
	case n == 0:
		return 0, false
	}
	return s.dims[n-1], product(s.dims[:n-1]) == 1
}

// product returns the product of dimensions, or -1 if one is unknown or it is larger than any layer.
func product(dims []int) int {
	size := 1
	for _, d := range dims {
		if d < 0 || d > 0 && size > maxSize/d {
			return -1
		}
		size *= d
	}
	return size
}

// maxSize is the largest number of values that is looked at.
const maxSize = 1 << 30

func (c *constant) size() int { return product(c.dims) }

// at returns element i.
func (c *constant) at(i int) float64 {
	if c.values != nil {
		return c.values[i]
	}
	return c.tensor.At(i)
}

// floats returns all elements.
func (c *constant) floats() []float64 {
	if c.values != nil {
		return slices.Clone(c.values)
	}
	all := make([]float64, c.size())
	for i := range all {
		all[i] = c.tensor.At(i)
	}
	return all
}

// scalar returns the only number of c. The second result is false if there are more, or none.
func (c *constant) scalar() (float64, bool) {
	if c.strings != nil || c.size() != 1 {
		return 0, false
	}
	return c.at(0), true
}

// names returns the elements as texts.
func (c *constant) names() []string {
	if c.strings != nil {
		return c.strings
	}
	all := make([]string, c.size())
	for i := range all {
		all[i] = strconv.FormatFloat(c.at(i), 'f', -1, 64)
	}
	return all
}

// number returns a constant without dimensions.
func number(v float64) *constant { return &constant{values: []float64{v}} }

// integers returns a constant of whole numbers.
func integers(values []float64) *constant {
	return &constant{dims: []int{len(values)}, values: values, whole: true}
}
