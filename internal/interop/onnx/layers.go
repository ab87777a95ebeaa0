package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/interop/chain"
)

// layer is a step of the chain whose numbers are still in the file.
type layer interface {
	step(r *reader) (chain.Step, error)
}

// dense is x (alpha kernel) + beta bias.
type dense struct {
	kernel        *constant // [inputs, units], or the transpose
	transposed    bool
	inputs, units int
	alpha         float64
	bias          *constant // one number, or one for each unit; nil: none
	beta          float64
}

// affine is x scale + shift, with one number, or one for each value.
type affine struct{ scale, shift []float64 }

// normalization is BatchNormalization, with one number for each value.
type normalization struct {
	gamma, beta, mean, variance *constant
	momentum, epsilon           float64
}

// plain is a step without weights.
type plain struct{ chain.Step }

func (p plain) step(*reader) (chain.Step, error) { return p.Step, nil }

func (a affine) step(*reader) (chain.Step, error) {
	return chain.Affine{Scale: a.scale, Shift: a.shift}, nil
}

func (d *dense) step(r *reader) (chain.Step, error) {
	kernel := d.kernel
	if d.transposed {
		var err error
		if kernel, err = r.permuted(kernel, []int{1, 0}); err != nil {
			return nil, err
		}
	}
	out := chain.Dense{Name: layerName(d.kernel, "weight", "kernel"), Inputs: d.inputs, Units: d.units}
	var err error
	if out.Kernel, err = r.float32s(kernel); err != nil {
		return nil, err
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
		if err := r.spend(4 * d.units); err != nil {
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

func (n *normalization) step(r *reader) (chain.Step, error) {
	out := chain.BatchNormalization{
		Name: layerName(n.gamma, "weight", "gamma"), Momentum: n.momentum, Epsilon: n.epsilon,
	}
	for _, p := range []struct {
		to   *[]float32
		from *constant
	}{{&out.Gamma, n.gamma}, {&out.Beta, n.beta}, {&out.Mean, n.mean}, {&out.Variance, n.variance}} {
		var err error
		if *p.to, err = r.float32s(p.from); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// layerName returns the name of the layer that a tensor belongs to, if the file follows the usage of PyTorch or Keras:
// fc1 for fc1.weight.
func layerName(k *constant, endings ...string) string {
	if k.tensor == nil {
		return ""
	}
	for _, e := range endings {
		if layer, ok := strings.CutSuffix(k.tensor.Name, "."+e); ok {
			return brief(layer)
		}
	}
	return ""
}

// matMul is MatMul of a signal and a constant: a Dense without bias.
func (c *call) matMul() (value, error) {
	if ks, ok := c.constants(); ok {
		return value{}, fmt.Errorf("wanted a product with the input, found one of constants %v", ks[0].dims)
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
	if len(d.kernel.dims) != 2 || d.kernel.size() < 1 {
		return value{}, fmt.Errorf("wanted a kernel of two dimensions, found %v", d.kernel.dims)
	}
	d.inputs, d.units = d.kernel.dims[0], d.kernel.dims[1]
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
	if b := d.bias; b != nil && b.size() != 1 && (b.size() != d.units || b.dims[len(b.dims)-1] != d.units) {
		return value{}, fmt.Errorf("wanted a bias for %d units, found %v", d.units, b.dims)
	}
	dims := []int{d.units}
	if !s.anyDims {
		dims = append(slices.Clone(s.dims[:len(s.dims)-1]), d.units)
	}
	return value{signal: newBase(s, d, dims)}, nil
}

// withBias returns a signal plus a constant, if it is a Dense without bias and the constant can be its bias.
func withBias(s *signal, k *constant) (*signal, bool) {
	d, ok := s.base.layer.(*dense)
	if !ok || !s.function.IsVariable() || d.bias != nil || k.strings != nil || k.size() != d.units ||
		len(k.dims) > len(s.dims)+1 || len(k.dims) > 0 && k.dims[len(k.dims)-1] != d.units {
		return nil, false
	}
	with := *d
	with.bias, with.beta = k, 1
	return newBase(s.base.from, &with, s.dims), true
}

// batchNormalization is BatchNormalization in inference. Of images that are not flat, it is the same for all values of a
// channel.
func (c *call) batchNormalization() (value, error) {
	s, err := c.signalIn(0)
	if err != nil {
		return value{}, err
	}
	if c.integer("training_mode", 0) != 0 {
		return value{}, errors.New("wanted it as in inference, found training_mode = 1")
	}
	n := &normalization{momentum: c.float("momentum", 0.9), epsilon: c.float("epsilon", 1e-5)}
	channels := -1
	for i, to := range []**constant{&n.gamma, &n.beta, &n.mean, &n.variance} {
		k, err := c.constantIn(i + 1)
		if err != nil {
			return value{}, err
		}
		*to = k
		if channels < 0 {
			channels = k.size()
		}
		if k.strings != nil || k.size() != channels || channels < 1 {
			return value{}, fmt.Errorf("wanted one number for each of %d channels, found %v", channels, k.dims)
		}
	}
	dims := s.dims
	if s.anyDims || len(dims) == 1 && dims[0] < 0 {
		dims = []int{channels}
	}
	if len(dims) == 0 || dims[0] != channels {
		return value{}, fmt.Errorf("wanted %d channels, found %v", channels, dims)
	}
	if each := product(dims[1:]); each != 1 {
		return c.channels(s, n, each)
	}
	return value{signal: newBase(s, n, dims)}, nil
}

// channels returns the result of a normalization where each channel has more than one value.
func (c *call) channels(s *signal, n *normalization, each int) (value, error) {
	if each < 0 {
		return value{}, fmt.Errorf("wanted known dimensions, found %v", s.dims)
	}
	channels := n.gamma.size()
	if err := c.spend(16 * product(s.dims)); err != nil {
		return value{}, err
	}
	a := affine{}
	for i := range channels {
		factor := n.gamma.at(i) / squareRoot(n.variance.at(i)+n.epsilon)
		shift := n.beta.at(i) - float64(n.mean.at(i)*factor)
		a.scale = append(a.scale, slices.Repeat([]float64{factor}, each)...)
		a.shift = append(a.shift, slices.Repeat([]float64{shift}, each)...)
	}
	return value{signal: newBase(s, a, s.dims)}, nil
}

// softmax is Softmax and LogSoftmax, over all values of a sample.
func (c *call) softmax() (value, error) {
	s, err := c.signalIn(0)
	if err != nil {
		return value{}, err
	}
	if _, flat := s.width(); !flat {
		return value{}, fmt.Errorf("wanted one row of inputs for each sample, found %v", s.dims)
	}
	otherwise := int64(-1)
	if c.opset < 13 {
		otherwise = 1 // and all axes after it
	}
	rank := len(s.dims) + 1
	if s.anyDims {
		rank = 2
	}
	a, err := axis(c.integer("axis", otherwise), rank)
	if err != nil {
		return value{}, err
	}
	if a != rank-1 && (c.opset >= 13 || a == 0) {
		return value{}, fmt.Errorf("wanted softmax over the last axis, %d, found %d", rank-1, a)
	}
	out := newBase(s, plain{chain.Activation{Function: "softmax"}}, s.dims)
	out.anyDims = s.anyDims
	out.base.logs = c.node.Op == "LogSoftmax"
	return value{signal: out}, nil
}

// isSoftmax reports whether s is what softmax gives.
func isSoftmax(s *signal) bool {
	p, ok := s.base.layer.(plain)
	a, is := p.Step.(chain.Activation)
	return ok && is && a.Function == "softmax" && s.function.IsVariable()
}

// dropout is Dropout, which does nothing in inference.
func (c *call) dropout() (value, error) {
	if len(c.in) == 0 || c.in[0].signal == nil || c.in[0].signal.binary {
		return c.same()
	}
	s := c.in[0].signal
	if c.given(2) {
		k, err := c.constantIn(2)
		if err != nil {
			return value{}, err
		}
		if v, ok := k.scalar(); !ok || v != 0 {
			return value{}, errors.New("wanted it as in inference, found training_mode = true")
		}
	}
	rate := c.float("ratio", 0.5)
	if c.given(1) {
		k, err := c.constantIn(1)
		if err != nil {
			return value{}, err
		}
		rate, _ = k.scalar()
		rate = decimal(rate)
	}
	if rate <= 0 || rate >= 1 {
		return value{signal: s}, nil
	}
	out := newBase(s, plain{chain.Dropout{Rate: rate}}, s.dims)
	out.anyDims, out.base.logs = s.anyDims, s.base.logs
	return value{signal: out}, nil
}

// scaler is ai.onnx.ml's Scaler: (x - offset) scale.
func (c *call) scaler() (value, error) {
	if len(c.in) == 0 || c.in[0].signal == nil {
		return value{}, fmt.Errorf("wanted input 1 to depend on the model's input, found %s", c.kind(0))
	}
	of := *c.in[0].signal
	of.whole = false
	c.in[0].signal = &of
	s, err := c.signalIn(0)
	if err != nil {
		return value{}, err
	}
	numbers := func(attribute string) *constant {
		a := c.node.Attribute(attribute)
		if a == nil || len(a.Floats) == 0 {
			return nil
		}
		return &constant{dims: []int{len(a.Floats)}, values: widened(a.Floats)}
	}
	if k := numbers("offset"); k != nil {
		if s, err = c.line(s, "Sub", k, false); err != nil {
			return value{}, err
		}
	}
	if k := numbers("scale"); k != nil {
		if s, err = c.line(s, "Mul", k, false); err != nil {
			return value{}, err
		}
	}
	return value{signal: s}, nil
}
