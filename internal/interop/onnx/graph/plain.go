package graph

import (
	"errors"
	"fmt"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/tensor"
)

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
		if v, ok := k.Scalar(); !ok || v != 0 {
			return value{}, errors.New("wanted it as in inference, found training_mode = true")
		}
	}
	rate := c.float("ratio", 0.5)
	if c.given(1) {
		k, err := c.constantIn(1)
		if err != nil {
			return value{}, err
		}
		rate, _ = k.Scalar()
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
	numbers := func(attribute string) *tensor.Tensor {
		a := c.node.Attribute(attribute)
		if a == nil || len(a.Floats) == 0 {
			return nil
		}
		return tensor.List(a.Floats, false)
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
