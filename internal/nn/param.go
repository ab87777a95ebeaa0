package nn

import "dnn/internal/nn/kernel"

// Param is one array of a layer's parameters.
type Param struct {
	ParamSpec
	Value kernel.Matrix // [in, out], or [1, out] for a bias

	Index int // its place among the parameters of its network
}

// NewParam returns the parameter of that name and shape, filled with zeros.
func NewParam(spec ParamSpec) *Param {
	rows, cols := 1, spec.Shape[len(spec.Shape)-1]
	if len(spec.Shape) == 2 {
		rows = spec.Shape[0]
	}
	return &Param{ParamSpec: spec, Value: kernel.NewMatrix(rows, cols)}
}

// Floats returns a copy of the elements in row-major order without padding: what a model file stores.
func (p *Param) Floats() []float32 { return p.Value.Flatten() }

// SetFloats sets the elements from row-major order; len(data) must be Count.
func (p *Param) SetFloats(data []float32) { p.Value.Unflatten(data) }
