package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/tensor"
)

// layer is a step of the chain whose numbers are still in the file.
type layer interface {
	step(r *reader) (chain.Step, error)
}

// dense is x (alpha kernel) + beta bias.
type dense struct {
	kernel        *tensor.Tensor // [inputs, units], or the transpose
	transposed    bool
	inputs, units int
	alpha         float64
	bias          *tensor.Tensor // one number, or one for each unit; nil: none
	beta          float64
}

// affine is x scale + shift, with one number, or one for each value.
type affine struct{ scale, shift []float64 }

// plain is a step without weights.
type plain struct{ chain.Step }

func (p plain) step(*reader) (chain.Step, error) { return p.Step, nil }

func (a affine) step(*reader) (chain.Step, error) {
	return chain.Affine{Scale: a.scale, Shift: a.shift}, nil
}

func (d *dense) step(r *reader) (chain.Step, error) {
	out := chain.Dense{Name: layerName(d.kernel, "weight", "kernel"), Inputs: d.inputs, Units: d.units}
	var err error
	if out.Kernel, err = r.float32s(d.kernel); err != nil {
		return nil, err
	}
	if d.transposed {
		if err := r.budget.Spend(4 * len(out.Kernel)); err != nil {
			return nil, err
		}
		out.Kernel = chain.Transpose(out.Kernel, d.units, d.inputs)
	}
	if d.alpha != 1 {
		scale(out.Kernel, d.alpha)
	}
	if d.bias == nil {
		return out, nil
	}
	if out.Bias, err = r.float32s(d.bias); err != nil {
		return nil, err
	}
	if d.beta != 1 {
		scale(out.Bias, d.beta)
	}
	if len(out.Bias) == 1 && d.units > 1 {
		if err := r.budget.Spend(4 * d.units); err != nil {
			return nil, err
		}
		out.Bias = slices.Repeat(out.Bias, d.units)
	}
	return out, nil
}

func scale(vs []float32, by float64) {
	for i, v := range vs {
		vs[i] = float32(float64(v) * by)
	}
}

// layerName returns the name of the layer that a tensor belongs to, if the file follows the usage of PyTorch or Keras:
// fc1 for fc1.weight.
func layerName(k *tensor.Tensor, endings ...string) string {
	for _, e := range endings {
		if layer, ok := strings.CutSuffix(k.Name(), "."+e); ok {
			return brief(layer)
		}
	}
	return ""
}

// matMul is MatMul of a signal and a constant: a Dense without bias.
func (c *call) matMul() (value, error) {
	if ks, ok := c.constants(); ok {
		return value{}, fmt.Errorf("wanted a product with the input, found one of constants %v", ks[0].Dims)
	}
	return c.dense(&dense{alpha: 1, beta: 1})
}

// gemm is alpha x kernel + beta bias.
func (c *call) gemm() (value, error) {
	if c.integer("transA", 0) != 0 {
		return value{}, errors.New("wanted a product with transA = 0, found 1")
	}
	d := &dense{transposed: c.integer("transB", 0) != 0, alpha: c.float("alpha", 1), beta: c.float("beta", 1)}
	if c.given(2) && d.beta != 0 {
		k, err := c.constantIn(2)
		if err != nil {
			return value{}, err
		}
		d.bias = k
	}
	return c.dense(d)
}

// dense returns the result of d for the first input, with the second one as its kernel.
func (c *call) dense(d *dense) (value, error) {
	s, err := c.signalIn(0)
	if err != nil {
		return value{}, err
	}
	if d.kernel, err = c.constantIn(1); err != nil {
		return value{}, err
	}
	if len(d.kernel.Dims) != 2 || d.kernel.Size() < 1 {
		return value{}, fmt.Errorf("wanted a kernel of two dimensions, found %v", d.kernel.Dims)
	}
	d.inputs, d.units = d.kernel.Dims[0], d.kernel.Dims[1]
	if d.transposed {
		d.inputs, d.units = d.units, d.inputs
	}
	width, flat := s.width()
	switch {
	case !flat:
		return value{}, fmt.Errorf("wanted one row of inputs for each sample, found %v", s.dims)
	case width >= 0 && width != d.inputs:
		return value{}, fmt.Errorf("wanted a kernel for %d inputs, found one for %d", width, d.inputs)
	}
	if b := d.bias; b != nil && b.Size() != 1 && (b.Size() != d.units || b.Dims[len(b.Dims)-1] != d.units) {
		return value{}, fmt.Errorf("wanted a bias for %d units, found %v", d.units, b.Dims)
	}
	dims := []int{d.units}
	if !s.anyDims {
		dims = append(slices.Clone(s.dims[:len(s.dims)-1]), d.units)
	}
	return value{signal: newBase(s, d, dims)}, nil
}

// withBias returns a signal plus a constant, if it is a Dense without bias and the constant can be its bias.
func withBias(s *signal, k *tensor.Tensor) (*signal, bool) {
	d, ok := s.base.layer.(*dense)
	if !ok || !s.function.IsVariable() || d.bias != nil || k.Strings != nil || k.Size() != d.units ||
		len(k.Dims) > len(s.dims)+1 || len(k.Dims) > 0 && k.Dims[len(k.Dims)-1] != d.units {
		return nil, false
	}
	with := *d
	with.bias, with.beta = k, 1
	return newBase(s.base.from, &with, s.dims), true
}
