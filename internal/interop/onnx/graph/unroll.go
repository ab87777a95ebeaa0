package graph

import (
	"errors"
	"fmt"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/tensor"
)

// unroll fills the steps of the chain, and its input, from the output back to the input.
func (r *reader) unroll(out *signal) error {
	if out.base.logs {
		if !out.function.IsVariable() {
			return errors.New("wanted nothing after a logarithm of softmax, found more")
		}
		r.chain.Note("the file gives the logarithms of probabilities; here it gives probabilities")
	}
	var layers []layer // in reverse
	s := out
	for ; s.base.from != nil; s = s.base.from {
		part, err := activations(s)
		if err != nil {
			return err
		}
		layers = append(append(layers, part...), s.base.layer)
	}
	part, err := activations(s)
	if err != nil {
		return err
	}
	layers = append(layers, part...)
	ahead := r.budget // many layers may have one kernel: they are refused before any of it is copied
	for _, l := range layers {
		if d, ok := l.(*dense); ok {
			if err := ahead.Spend(4 * d.kernel.Size()); err != nil {
				return err
			}
		}
	}
	for _, l := range slices.Backward(layers) {
		step, err := l.step(r)
		if err != nil {
			return err
		}
		r.chain.Steps = append(r.chain.Steps, step)
	}
	return r.inputShape()
}

// activations returns the layers, in reverse, that the function of a signal is made of.
func activations(s *signal) ([]layer, error) {
	steps, ok := s.function.Steps()
	if !ok {
		return nil, fmt.Errorf("%s: wanted an activation that dnn has, found operators that together are none", s.by)
	}
	var layers []layer
	for _, s := range slices.Backward(steps) {
		switch {
		case s.Function != "":
			layers = append(layers, plain{chain.Activation{Function: s.Function, Slope: s.Slope, Alpha: s.Alpha}})
		case s.A != 1 || s.B != 0:
			layers = append(layers, affine{scale: []float64{s.A}, shift: []float64{s.B}})
		}
	}
	return layers, nil
}

// inputShape sets the shape of a sample: as the file says, or else as many values as the first layer takes.
func (r *reader) inputShape() error {
	size, known := -1, !r.in.anyDims && len(r.in.dims) > 0 && tensor.Product(r.in.dims) > 0
	if known {
		size = tensor.Product(r.in.dims)
	}
	for _, s := range r.chain.Steps {
		n := -1
		switch s := s.(type) {
		case chain.Dense:
			n = s.Inputs
		case chain.BatchNormalization:
			n = len(s.Mean)
		case chain.Affine:
			if n = max(len(s.Scale), len(s.Shift)); n == 1 {
				n = -1
			}
		}
		if size >= 0 && n >= 0 && n != size {
			return fmt.Errorf("wanted a layer for %d values, found one for %d", size, n)
		}
		if n >= 0 && size < 0 {
			size = n
		}
		if d, ok := s.(chain.Dense); ok {
			if !known {
				r.chain.Input, known = []int{size}, true
			}
			size = d.Units
		}
	}
	switch {
	case r.chain.Input != nil:
	case known:
		r.chain.Input = slices.Clone(r.in.dims)
	case size >= 0:
		r.chain.Input = []int{size}
	default:
		return errors.New("wanted the number of inputs, found neither a shape nor a layer")
	}
	return nil
}
