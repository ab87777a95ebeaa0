package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"dnn/internal/interop/chain"
	"dnn/internal/nn"
)

// Other names of activations.
var aliases = map[string]string{"swish": "silu", "hard_swish": "hard_silu"}

// Activation returns the activation that a layer's setting says: a name, or an object that is a function or a layer;
// null is linear.
func (m *Model) Activation(raw json.RawMessage) (chain.Activation, error) {
	raw = bytes.TrimSpace(raw)
	var name string
	var o object
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return chain.Activation{Function: "linear"}, nil
	case json.Unmarshal(raw, &name) == nil:
		return m.byName(name, nil)
	case json.Unmarshal(raw, &o) != nil:
		return chain.Activation{}, fmt.Errorf("wanted a name or an object, found %s", Clip(string(raw)))
	}
	if json.Unmarshal(o.Config, &name) == nil { // a function
		if _, custom := unregistered(o.RegisteredName); custom {
			name = o.RegisteredName
		}
		return m.byName(name, nil)
	}
	class, custom := unregistered(o.ClassName)
	if custom || class == "" || class == "__lambda__" {
		return chain.Activation{}, fmt.Errorf("a function of the user's own (Lambda) is not supported, found %s",
			Clip(string(raw)))
	}
	var s Settings
	if json.Unmarshal(o.Config, &s) != nil {
		return chain.Activation{}, fmt.Errorf("wanted settings of %s", Clip(class))
	}
	if _, ok := nameOf(class); ok {
		return m.byName(class, s)
	}
	return m.LayerActivation(class, s, 1)
}

// nameOf returns the name that an activation has here, if it is one.
func nameOf(name string) (known string, ok bool) {
	if other, ok := aliases[name]; ok {
		name = other
	}
	return name, slices.Contains(nn.Activations(), name)
}

// byName returns the activation of that name, with settings if it has any.
func (m *Model) byName(name string, s Settings) (chain.Activation, error) {
	known, ok := nameOf(name)
	a := chain.Activation{Function: known}
	if !ok {
		return a, fmt.Errorf("wanted one of Keras's activations that are functions of one value, or softmax, found %s",
			Clip(name))
	}
	if a.Function == "hard_sigmoid" && m.Keras2() {
		return a, errors.New("hard_sigmoid of Keras 2 is another function than that of Keras 3, and is not supported")
	}
	approximate, err := s.Flag("approximate", false)
	if err != nil {
		return a, err
	}
	if approximate {
		return a, fmt.Errorf("%s with approximate: true is not supported, only the exact function", a.Function)
	}
	switch a.Function {
	case "leaky_relu":
		a.Slope, err = slope(s, 0.2)
	case "elu":
		a.Alpha, err = s.Number("alpha", 1)
	case "celu":
		var alpha float64
		if alpha, err = s.Number("alpha", 1); err == nil && alpha != 1 {
			err = fmt.Errorf("alpha of celu: wanted 1, found %v", alpha)
		}
	}
	return a, err
}

// slope returns the factor below 0 of a leaky_relu. Keras 2 calls it alpha.
func slope(s Settings, otherwise float64) (float64, error) {
	alpha, err := s.Number("alpha", otherwise)
	if err != nil {
		return 0, err
	}
	return s.Number("negative_slope", alpha)
}

// LayerActivation returns the activation that a layer of that class, which is not Activation, is, for samples of so
// many dimensions.
func (m *Model) LayerActivation(class string, s Settings, rank int) (chain.Activation, error) {
	switch class {
	case "LeakyReLU":
		v, err := slope(s, 0.3)
		return chain.Activation{Function: "leaky_relu", Slope: v}, err
	case "ELU":
		v, err := s.Number("alpha", 1)
		return chain.Activation{Function: "elu", Alpha: v}, err
	case "Softmax":
		axes, err := s.Axes("axis", -1)
		if err == nil && (len(axes) != 1 || axes[0] != -1 && axes[0] != rank) {
			err = fmt.Errorf("axis: wanted the last, -1, found %v", axes)
		}
		return chain.Activation{Function: "softmax"}, err
	case "ReLU":
		return relu(s)
	}
	return chain.Activation{}, fmt.Errorf("wanted an activation, found a layer of class %s", Clip(class))
}

// relu returns the function of a ReLU layer: relu, relu6 or leaky_relu.
func relu(s Settings) (a chain.Activation, err error) {
	high, err := s.Number("max_value", math.Inf(1))
	if err != nil {
		return a, err
	}
	below, err := s.Number("negative_slope", 0)
	if err != nil {
		return a, err
	}
	threshold, err := s.Number("threshold", 0)
	switch {
	case err != nil:
		return a, err
	case threshold != 0:
		return a, fmt.Errorf("threshold: wanted 0, found %v", threshold)
	case below == 0 && math.IsInf(high, 1):
		return chain.Activation{Function: "relu"}, nil
	case below == 0 && high == 6:
		return chain.Activation{Function: "relu6"}, nil
	case math.IsInf(high, 1):
		return chain.Activation{Function: "leaky_relu", Slope: below}, nil
	}
	return a, fmt.Errorf("wanted max_value null, or 6 with negative_slope 0, found %v with %v", high, below)
}
