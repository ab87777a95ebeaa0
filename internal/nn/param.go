package nn

// Param is one array of trainable numbers of a layer.
type Param struct {
	ParamSpec
	Value Matrix // [in, out], or [1, out] for a bias

	index int // its place among the parameters of its network
}

func newParam(spec ParamSpec) *Param {
	rows, cols := 1, spec.Shape[len(spec.Shape)-1]
	if len(spec.Shape) == 2 {
		rows = spec.Shape[0]
	}
	return &Param{ParamSpec: spec, Value: newMatrix(rows, cols)}
}

// Floats returns a copy of the elements in row-major order without padding: what a model file stores.
func (p *Param) Floats() []float32 { return flatten(p.Value) }

// SetFloats sets the elements from row-major order; len(data) must be Count.
func (p *Param) SetFloats(data []float32) { unflatten(p.Name, p.Value, data) }

// flatten returns a copy of m's elements in row-major order without padding.
func flatten(m Matrix) []float32 {
	out := make([]float32, 0, m.Rows*m.Cols)
	for r := range m.Rows {
		out = append(out, row(m, r)...)
	}
	return out
}

// unflatten sets the elements of m, which is called name, from row-major order.
func unflatten(name string, m Matrix, data []float32) {
	if len(data) != m.Rows*m.Cols {
		panic("nn: " + name + " set from a slice of another length")
	}
	for r := range m.Rows {
		copy(row(m, r), data[r*m.Cols:])
	}
}
