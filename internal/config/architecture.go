package config

import (
	"cmp"
	"errors"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/nn"
)

// Architecture returns the network for samples with so many features and classes. Either is 0 if there is no data set;
// the config must then have input or output_layer.units. A config that contradicts the data set is a fault.Config whose
// Where is the key.
func (c Config) Architecture(features, classes int) (nn.Architecture, error) {
	input := cmp.Or(c.Input, features)
	switch {
	case input == 0:
		return nn.Architecture{}, fault.New(fault.Config, "input",
			"wanted the number of features of one sample, found 0")
	case features != 0 && input != features:
		return nn.Architecture{}, fault.New(fault.Config, "input",
			"wanted %d, the features of one sample of %s, found %d", features, c.Dataset, input).
			WithHint("leave input out to have what the data set has")
	}
	a := nn.Architecture{Input: input, Loss: c.Loss, LabelSmoothing: c.LabelSmoothing}
	units, err := c.outputUnits(classes)
	if err != nil {
		return nn.Architecture{}, err
	}
	output := Layer{Type: "dense", Units: units, Activation: c.OutputLayer.Activation,
		KernelInitializer: nn.Initializer{Name: nn.DefaultKernelInitializer}}
	counts := map[string]int{} // of the layers so far, by type
	for _, l := range append(slices.Clone(c.Layers), output) {
		spec := nn.LayerSpec(l)
		spec.Name = nn.LayerName(l.Type, counts[l.Type])
		counts[l.Type]++
		if l.Type == "dense" {
			spec.Activation = cmp.Or(l.Activation, c.Activation)
			spec.KernelInitializer = cmp.Or(l.KernelInitializer, c.KernelInitializer)
			if spec.KernelInitializer.Name == nn.DefaultKernelInitializer { // the default is left out
				spec.KernelInitializer = nn.Initializer{}
			}
			if spec.BiasInitializer.Name == nn.DefaultBiasInitializer {
				spec.BiasInitializer = nn.Initializer{}
			}
		}
		a.Layers = append(a.Layers, spec)
	}
	return a, nil
}

// outputUnits returns the units of the output layer. A single sigmoid unit tells two classes apart.
func (c Config) outputUnits(classes int) (int, error) {
	const key = "output_layer.units"
	units := c.OutputLayer.Units
	switch {
	case units == 0 && classes == 0:
		return 0, fault.New(fault.Config, key, "wanted the number of classes, found 0")
	case units == 0 && classes == 1:
		return 0, fault.New(fault.Config, key, "wanted a data set with 2 or more classes, found 1")
	case units == 0:
		return classes, nil
	case classes == 0 || units == classes || units == 1 && classes == 2:
		return units, nil
	case units == 1:
		return 0, fault.New(fault.Config, key,
			"wanted %d, the classes of %s, found 1, which tells two apart", classes, c.Dataset).
			WithHint("use an output_layer with activation: softmax")
	}
	return 0, fault.New(fault.Config, key, "wanted %d, the classes of %s, found %d", classes, c.Dataset, units).
		WithHint("leave output_layer out to have what the data set needs")
}

// Architecture is Config.Architecture, but its errors name the line, variable or flag that the value came from.
func (r *Resolved) Architecture(features, classes int) (nn.Architecture, error) {
	a, err := r.Config.Architecture(features, classes)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		located := r.Fault(e.Where, "%s", e.What)
		located.Hint = e.Hint
		return nn.Architecture{}, located
	}
	return a, err
}
