package nn

import (
	"cmp"
	"fmt"
	"slices"

	"dnn/internal/setting"
)

// kind is the definition of a type of layer. It stands in the layer's file.
type kind struct {
	name     string    // what LayerSpec.Type says
	class    string    // Keras's name of the layer's class
	layer    string    // Keras's name of the first such layer; empty: name
	defaults LayerSpec // the settings of a new layer

	settings func(l *LayerSpec) []setting.Setting    // with pointers into l
	shape    func(l LayerSpec, in Shape) Shape       // of one output, given that of one input
	params   func(l LayerSpec, in Shape) []ParamSpec // in Keras's order, given the shape of one input
	build    func(l LayerSpec, params []*Param) Layer
	initial  func(l LayerSpec, params []*Param, seed uint64) // sets params, which are zero; nil: they stay so
}

// kinds returns the types of layers in the order of the documentation. A new type is a file, and a line here.
func kinds() []kind {
	return []kind{denseKind, dropoutKind, batchNormalizationKind, activationKind, leakyReluKind, eluKind}
}

// LayerTypes returns the types of layers in the order of the documentation.
func LayerTypes() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kind returns the definition of the layer's type, or the zero kind for an unknown type.
func (l LayerSpec) kind() kind {
	for _, k := range kinds() {
		if k.name == l.Type {
			return k
		}
	}
	return kind{}
}

// NewLayerSpec returns a layer of that type, one of LayerTypes, with its defaults and zeros for all else.
func NewLayerSpec(layerType string) LayerSpec {
	l := LayerSpec{Type: layerType}.kind().defaults
	l.Type = layerType
	return l
}

// Settings returns the settings of the layer's type, one of LayerTypes, with pointers into l. At most one is required,
// and comes first. The caller decides what an empty activation or initializer stands for. The Choices of an
// *Initializer are the names that it can have.
func (l *LayerSpec) Settings() []setting.Setting { return l.kind().settings(l) }

// check returns the first mistake in a layer's settings, or nil.
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

// LayerName returns Keras's name of the n-th layer of a type, counted from 0: dense, dense_1, dropout, leaky_re_lu.
func LayerName(layerType string, n int) string {
	name := cmp.Or(LayerSpec{Type: layerType}.kind().layer, layerType)
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, n)
}
