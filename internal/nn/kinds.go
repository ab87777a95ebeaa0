package nn

import (
	"fmt"
	"maps"
	"slices"
)

// kind is what the package knows of a type of layer. Each is defined beside its layer.
type kind struct {
	// class is Keras's name of the layer's class.
	class string

	// validate tells what is wrong with the fields of the spec that are the kind's own.
	validate func(l LayerSpec) error

	// shape returns the shape of an output for inputs of the shape in.
	shape func(l LayerSpec, in Shape) Shape

	// params returns the parameters for such inputs, in Keras's order.
	params func(l LayerSpec, in Shape) []ParamSpec

	// build returns the layer with those parameters, which are zero, and initializes them.
	build func(l LayerSpec, params []*Param, seed uint64) Layer
}

// kinds are the types of layers, by what LayerSpec.Type says. The table is never written to.
func kinds() map[string]kind {
	return map[string]kind{
		"dense":               denseKind,
		"dropout":             dropoutKind,
		"batch_normalization": batchNormalizationKind,
	}
}

// LayerTypes returns the types of layers in alphabetical order.
func LayerTypes() []string { return slices.Sorted(maps.Keys(kinds())) }

// kind returns the layer's kind; the zero kind if there is none.
func (l LayerSpec) kind() kind { return kinds()[l.Type] }

// LayerName returns Keras's name of the n-th layer of a type, from 0 on: dense, dense_1, dropout.
func LayerName(layerType string, n int) string {
	if n == 0 {
		return layerType
	}
	return fmt.Sprintf("%s_%d", layerType, n)
}
