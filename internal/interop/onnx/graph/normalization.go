package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/tensor"
)

// normalization is BatchNormalization, with one number for each value.
type normalization struct {
	gamma, beta, mean, variance *tensor.Tensor
	momentum, epsilon           float64
}

func (n *normalization) step(r *reader) (chain.Step, error) {
	out := chain.BatchNormalization{
		Name: layerName(n.gamma, "weight", "gamma"), Momentum: n.momentum, Epsilon: n.epsilon,
	}
	for _, p := range []struct {
		to   *[]float32
		from *tensor.Tensor
	}{{&out.Gamma, n.gamma}, {&out.Beta, n.beta}, {&out.Mean, n.mean}, {&out.Variance, n.variance}} {
		var err error
		if *p.to, err = r.float32s(p.from); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// batchNormalization is BatchNormalization in inference. Of images that are not flat, it is the same for all values of
// a channel.
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
	for i, to := range []**tensor.Tensor{&n.gamma, &n.beta, &n.mean, &n.variance} {
		k, err := c.constantIn(i + 1)
		if err != nil {
			return value{}, err
		}
		*to = k
		if channels < 0 {
			channels = k.Size()
		}
		if k.Strings != nil || k.Size() != channels || channels < 1 {
			return value{}, fmt.Errorf("wanted one number for each of %d channels, found %v", channels, k.Dims)
		}
	}
	dims := s.dims
	if s.anyDims || len(dims) == 1 && dims[0] < 0 {
		dims = []int{channels}
	}
	if len(dims) == 0 || dims[0] != channels {
		return value{}, fmt.Errorf("wanted %d channels, found %v", channels, dims)
	}
	if each := tensor.Product(dims[1:]); each != 1 {
		return c.channels(s, n, each)
	}
	return value{signal: newBase(s, n, dims)}, nil
}

// channels returns the result of a normalization where each channel has more than one value.
func (c *call) channels(s *signal, n *normalization, each int) (value, error) {
	if each < 0 {
		return value{}, fmt.Errorf("wanted known dimensions, found %v", s.dims)
	}
	channels := n.gamma.Size()
	if err := c.budget.Spend(16 * tensor.Product(s.dims)); err != nil {
		return value{}, err
	}
	a := affine{}
	for i := range channels {
		factor := n.gamma.At(i) / math.Sqrt(n.variance.At(i)+n.epsilon)
		shift := n.beta.At(i) - float64(n.mean.At(i)*factor)
		a.scale = append(a.scale, slices.Repeat([]float64{factor}, each)...)
		a.shift = append(a.shift, slices.Repeat([]float64{shift}, each)...)
	}
	return value{signal: newBase(s, a, s.dims)}, nil
}
