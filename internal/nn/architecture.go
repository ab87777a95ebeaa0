package nn

import (
	"errors"
	"fmt"
	"slices"
)

// Architecture describes a network without its weights: what an experiment file asks for, what a model file stores and
// what New builds. Names are Keras's.
type Architecture struct {
	Input  int         `json:"input"`  // features of one sample
	Layers []LayerSpec `json:"layers"` // in order from the input; the last one gives the output
	Loss   string      `json:"loss"`   // "categorical_crossentropy" or "binary_crossentropy"
}

// LayerSpec describes one layer. Which fields matter depends on Type.
type LayerSpec struct {
	Type       string `json:"type"`                 // "dense"
	Name       string `json:"name"`                 // dense, dense_1, …: unique in the network
	Units      int    `json:"units,omitempty"`      // dense: outputs
	Activation string `json:"activation,omitempty"` // dense: linear, relu, sigmoid, tanh, softmax
}

// Output returns the number of outputs of the last layer that has units, or Input if none has.
func (a Architecture) Output() int {
	out := a.Input
	for _, l := range a.Layers {
		if l.Units > 0 {
			out = l.Units
		}
	}
	return out
}

// Classes returns how many classes the outputs tell apart: one for each, but two for a single one.
func (a Architecture) Classes() int { return max(2, a.Output()) }

// maxClasses is how many classes there can be: labels are bytes.
const maxClasses = 256

// Validate tells what is wrong with the architecture, if anything is.
func (a Architecture) Validate() error {
	if a.Input < 1 {
		return fmt.Errorf("wanted at least 1 input, found %d", a.Input)
	}
	if len(a.Layers) == 0 {
		return errors.New("wanted at least one layer, found none")
	}
	if !slices.Contains(Losses(), a.Loss) {
		return fmt.Errorf("loss: wanted one of %v, found %q", Losses(), a.Loss)
	}
	names := make(map[string]bool, len(a.Layers))
	for i, l := range a.Layers {
		where := fmt.Sprintf("layer %d", i+1)
		switch {
		case l.Type != "dense":
			return fmt.Errorf("%s: wanted the type dense, found %q", where, l.Type)
		case l.Name == "" || names[l.Name]:
			return fmt.Errorf("%s: wanted a name of its own, found %q", where, l.Name)
		case l.Units < 1:
			return fmt.Errorf("%s: wanted at least 1 unit, found %d", where, l.Units)
		case !slices.Contains(Activations(), l.Activation):
			return fmt.Errorf("%s: wanted an activation out of %v, found %q", where, Activations(), l.Activation)
		}
		names[l.Name] = true
	}
	if n := a.Output(); n > maxClasses {
		return fmt.Errorf("wanted at most %d output units, found %d", maxClasses, n)
	}
	return nil
}
