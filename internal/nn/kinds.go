package nn

import (
	"fmt"
	"slices"

	"dnn/internal/setting"
)

// kind is what the package knows of a type of layer. Each is defined beside its layer.
type kind struct {
	name     string    // what LayerSpec.Type says
	class    string    // Keras's name of the layer's class
	defaults LayerSpec // the settings of a layer of which nothing else is said

	// settings are the fields of l that are the kind's own.
	settings func(l *LayerSpec) []setting.Setting

	// shape returns the shape of an output for inputs of the shape in.
	shape func(l LayerSpec, in Shape) Shape

	// params returns the parameters for such inputs, in Keras's order.
	params func(l LayerSpec, in Shape) []ParamSpec

	// build returns the layer with those parameters, which are zero, and initializes them.
	build func(l LayerSpec, params []*Param, seed uint64) Layer
}

// kinds are the types of layers in the order of the documentation. A new one is a file and a line here.
func kinds() []kind { return []kind{denseKind, dropoutKind, batchNormalizationKind} }

// LayerTypes returns the types of layers in the order of the documentation.
func LayerTypes() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kind returns the layer's kind; the zero kind if there is none.
func (l LayerSpec) kind() kind {
	for _, k := range kinds() {
		if k.name == l.Type {
			return k
		}
	}
	return kind{}
}

// NewLayerSpec returns a layer of that type, one of LayerTypes, with its defaults and no name. What is required is zero.
func NewLayerSpec(layerType string) LayerSpec {
	l := LayerSpec{Type: layerType}.kind().defaults
	l.Type = layerType
	return l
}

// Settings returns the settings of a layer of its type, one of LayerTypes. They hold pointers into l. At most one is
// required, and then the first. An activation or initializer that is left out depends on what the layer is part of; the
// Choices of an *Initializer are the names that it can have.
func (l *LayerSpec) Settings() []setting.Setting { return l.kind().settings(l) }

// check tells what is wrong with the first of the settings of a layer that is not what it can be.
func check(settings []setting.Setting) error {
	for _, s := range settings {
		switch v := s.Value.(type) {
		case *string:
			if !slices.Contains(s.Choices, *v) {
				return fmt.Errorf("%s: wanted one of %v, found %q", s.Name, s.Choices, *v)
			}
		case *Initializer:
			if err := v.validate(s.Choices); err != nil {
				return fmt.Errorf("%s: %w", s.Name, err)
			}
		}
	}
	return setting.Check(settings)
}

// LayerName returns Keras's name of the n-th layer of a type, from 0 on: dense, dense_1, dropout.
func LayerName(layerType string, n int) string {
	if n == 0 {
		return layerType
	}
	return fmt.Sprintf("%s_%d", layerType, n)
}
