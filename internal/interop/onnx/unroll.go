package onnx

import (
	"errors"
	"fmt"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/curve"
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
		part, err := activations(s.function)
		if err != nil {
			return err
		}
		layers = append(append(layers, part...), s.base.layer)
	}
	part, err := activations(s.function)
	if err != nil {
		return err
	}
	layers = append(layers, part...)
	for _, l := range slices.Backward(layers) {
		step, err := l.step(r)
		if err != nil {
			return err
		}
		r.chain.Steps = append(r.chain.Steps, step)
	}
	r.chain.Steps = folded(r.chain.Steps)
	return r.inputShape()
}

// activations returns the layers, in reverse, that a function is made of.
func activations(f *curve.Function) ([]layer, error) {
	steps, ok := f.Steps()
	if !ok {
		return nil, errors.New("wanted an activation that dnn has, found operators that together are none")
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
	size, known := -1, !r.in.anyDims && len(r.in.dims) > 0 && product(r.in.dims) > 0
	if known {
		size = product(r.in.dims)
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

// folded returns the same function, with lines after a Dense, or before one that is not the first step, as part of it: a
// dense network has none in between. The weights are changed in place.
func folded(steps []chain.Step) []chain.Step {
	var out []chain.Step
	for _, next := range steps {
		if len(out) == 0 {
			out = append(out, next)
			continue
		}
		last := len(out) - 1
		a, isLine := next.(chain.Affine)
		switch before := out[last].(type) {
		case chain.Dense:
			if isLine {
				out[last] = lineAfter(before, a)
				continue
			}
		case chain.BatchNormalization:
			if isLine {
				out[last] = lineAfterNormalization(before, a)
				continue
			}
		case chain.Affine:
			if isLine {
				out[last] = composedLines(before, a)
				continue
			}
			if d, ok := next.(chain.Dense); ok && last > 0 {
				out[last] = lineBefore(before, d)
				continue
			}
		}
		out = append(out, next)
	}
	return out
}

// element returns element i of a list that has one for each value, or one for all.
func nth(vs []float64, i int) float64 {
	if len(vs) == 1 {
		return vs[0]
	}
	return vs[i]
}

func composedLines(first, second chain.Affine) chain.Affine {
	n := max(len(first.Scale), len(second.Scale))
	out := chain.Affine{Scale: make([]float64, n), Shift: make([]float64, n)}
	for i := range n {
		by := nth(second.Scale, i)
		out.Scale[i] = float64(nth(first.Scale, i) * by)
		out.Shift[i] = float64(nth(first.Shift, i)*by) + nth(second.Shift, i)
	}
	return out
}

func lineAfter(d chain.Dense, a chain.Affine) chain.Dense {
	if d.Bias == nil {
		d.Bias = make([]float32, d.Units)
	}
	for u := range d.Units {
		by := nth(a.Scale, u)
		d.Bias[u] = float32(float64(float64(d.Bias[u])*by) + nth(a.Shift, u))
		if by == 1 {
			continue
		}
		for i := range d.Inputs {
			k := &d.Kernel[i*d.Units+u]
			*k = float32(float64(*k) * by)
		}
	}
	return d
}

func lineAfterNormalization(b chain.BatchNormalization, a chain.Affine) chain.BatchNormalization {
	for i := range b.Gamma {
		by := nth(a.Scale, i)
		b.Gamma[i] = float32(float64(b.Gamma[i]) * by)
		b.Beta[i] = float32(float64(float64(b.Beta[i])*by) + nth(a.Shift, i))
	}
	return b
}

func lineBefore(a chain.Affine, d chain.Dense) chain.Dense {
	if d.Bias == nil {
		d.Bias = make([]float32, d.Units)
	}
	for u := range d.Units {
		sum := float64(d.Bias[u])
		for i := range d.Inputs {
			k := &d.Kernel[i*d.Units+u]
			sum += float64(float64(*k) * nth(a.Shift, i))
			*k = float32(float64(*k) * nth(a.Scale, i))
		}
		d.Bias[u] = float32(sum)
	}
	return d
}
