package graph

import (
	"errors"
	"fmt"

	"dnn/internal/interop/onnx/message"
	"dnn/internal/interop/onnx/tensor"
)

// probabilities returns input i, whose classes are asked for.
func (c *call) probabilities(i int) (*signal, error) {
	if i >= len(c.in) || c.in[i].signal == nil {
		return nil, fmt.Errorf("wanted input %d to be probabilities, found %s", i+1, c.kind(i))
	}
	s := c.in[i].signal
	if _, flat := s.width(); !flat {
		return nil, fmt.Errorf("wanted one row of probabilities for each sample, found %v", s.dims)
	}
	return s, nil
}

// argMax is ArgMax over the outputs of the network.
func (c *call) argMax() (value, error) {
	s, err := c.probabilities(0)
	if err != nil {
		return value{}, err
	}
	at, err := axis(c.integer("axis", 0), len(s.dims)+1)
	if err != nil {
		return value{}, err
	}
	if at != len(s.dims) {
		return value{}, fmt.Errorf("wanted the largest of the last axis, %d, found %d", len(s.dims), at)
	}
	return value{label: &label{of: s}}, nil
}

// feature is ai.onnx.ml's ArrayFeatureExtractor: the name of a class, from the list of all.
func (c *call) feature() (value, error) {
	if len(c.in) != 2 || c.in[1].label == nil {
		return value{}, fmt.Errorf("wanted the names of classes and a class, found %s", c.kind(1))
	}
	return c.named(c.in[1].label, 0)
}

// named returns a class by its name in input i.
func (c *call) named(l *label, i int) (value, error) {
	k, err := c.constantIn(i)
	if err != nil {
		return value{}, err
	}
	classes := l.of.size()
	if l.of.binary {
		classes = 2
	}
	if l.classes != nil || len(k.Dims) == 0 || k.Size() != classes || k.Dims[len(k.Dims)-1] != classes {
		return value{}, fmt.Errorf("wanted the names of %d classes, found %v", classes, k.Dims)
	}
	if err := c.budget.Spend(128 * classes); err != nil {
		return value{}, err
	}
	return value{label: &label{of: l.of, classes: k.Names()}}, nil
}

// zipMap is ai.onnx.ml's ZipMap: a map from the names of classes to their probabilities.
func (c *call) zipMap() (value, error) {
	s, err := c.probabilities(0)
	if err != nil {
		return value{}, err
	}
	out := *s
	for _, a := range c.node.Attributes {
		switch a.Name {
		case "classlabels_int64s":
			out.classes = tensor.List(a.Ints, true).Names()
		case "classlabels_strings":
			out.classes = a.Strings
		}
	}
	if len(out.classes) == 0 {
		return value{}, errors.New("wanted the names of classes, found none")
	}
	return value{signal: &out}, nil
}

// encode is ai.onnx.ml's LabelEncoder, from the numbers of classes to their names.
func (c *call) encode() (value, error) {
	if len(c.in) != 1 || c.in[0].label == nil {
		return value{}, fmt.Errorf("wanted a class, found %s", c.kind(0))
	}
	l := c.in[0].label
	var keys []int64
	var names []string
	for _, a := range c.node.Attributes {
		switch {
		case a.Name == "keys_int64s":
			keys = a.Ints
		case a.Name == "values_strings":
			names = a.Strings
		case a.Name == "values_int64s" && a.Type == message.IntsAttribute:
			names = tensor.List(a.Ints, true).Names()
		}
	}
	bad := len(keys) == 0 || len(names) != len(keys) || l.classes != nil
	for i, k := range keys {
		bad = bad || k != int64(i)
	}
	if bad {
		return value{}, errors.New("wanted the names of classes 0, 1, 2, ..., found others")
	}
	return value{label: &label{of: l.of, classes: names}}, nil
}
