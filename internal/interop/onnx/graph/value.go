package graph

import (
	"dnn/internal/interop/onnx/curve"
	"dnn/internal/interop/onnx/tensor"
)

// value is what a name in the graph stands for. Exactly one of constant, signal, label and unknown is set.
type value struct {
	constant *tensor.Tensor
	signal   *signal
	label    *label
	unknown  error // the graph may have operators that nobody needs, so this counts only if the output depends on it
}

// signal is a function, element by element, of a base: [batch, dims...].
type signal struct {
	base     *base
	function *curve.Function
	dims     []int    // of one sample; a -1 is unknown
	by       *call    // the last operator of the function, for errors; nil: none
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
	return tensor.Product(s.dims)
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
	return s.dims[n-1], tensor.Product(s.dims[:n-1]) == 1
}
