package config

import (
	"strings"

	"dnn/internal/fault"
)

// validate checks what no key shows alone. What needs the data set too is checked by Architecture.
func (r *Resolved) validate() error {
	last := r.OutputLayer
	lossOf := map[string]string{"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}
	switch {
	case last.Activation == "softmax" && last.Units == 1:
		return r.fault("output_layer.units", "wanted 2 or more, or 0 for the classes of the data set, beside softmax, found 1").
			WithHint("softmax over a single unit is always 1; for yes or no use activation: sigmoid")
	case last.Activation == "sigmoid" && last.Units != 1:
		return r.fault("output_layer.units", "wanted 1 beside sigmoid, found %d", last.Units).
			WithHint("to tell classes apart use activation: softmax")
	case r.Loss != lossOf[last.Activation]:
		return r.fault("loss", "wanted %s beside an output layer with %s, found %s", lossOf[last.Activation], last.Activation, r.Loss).
			WithHint("leave loss out to have the one that goes with the output layer")
	}
	return nil
}

// fault returns an error about the value of a key, named by where the value came from.
func (r *Resolved) fault(key, format string, args ...any) *fault.Error {
	return faultAt(r.where[key], key, format, args...)
}

// faultAt returns an error about the value of a key, given where the value came from. A default came from nowhere.
func faultAt(where, key, format string, args ...any) *fault.Error {
	switch {
	case where == "":
		where = key
	case !strings.HasSuffix(where, key): // it ends so after --set
		format = key + ": " + format
	}
	return fault.New(fault.Config, where, format, args...)
}
