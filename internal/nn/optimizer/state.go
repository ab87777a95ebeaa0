package optimizer

import (
	"fmt"
	"maps"
	"slices"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// StateArray is one array that an optimizer keeps from step to step.
type StateArray struct {
	nn.ParamSpec               // Name: adam.momentum/dense.kernel
	Value        kernel.Matrix // the optimizer's own memory
}

// Floats returns a copy of the elements in row-major order without padding.
func (s StateArray) Floats() []float32 { return s.Value.Flatten() }

// SetFloats sets the elements from row-major order; len(data) must be Count.
func (s StateArray) SetFloats(data []float32) { s.Value.Unflatten(data) }

// slots is one kind of an optimizer's arrays, such as first moments: an array for each parameter that gradients change,
// of the parameter's shape and stride.
type slots struct {
	name   string // adam.momentum
	params []*nn.Param
	arrays []kernel.Matrix // by the parameter's index
}

// newSlots returns slots of zeros for these parameters.
func newSlots(name string, params []*nn.Param) slots {
	s := slots{name: name, params: params, arrays: make([]kernel.Matrix, len(params))}
	for i, p := range params {
		if !p.Fixed {
			s.arrays[i] = kernel.NewMatrix(p.Value.Rows, p.Value.Cols)
		}
	}
	return s
}

// block returns the rows x cols elements of p's array from (row, col) on.
func (s slots) block(p *nn.Param, row, col, rows, cols int) kernel.Matrix {
	return s.arrays[p.Index].Block(row, col, rows, cols)
}

// row returns the elements of row r of p's array that belong to a block of gradient g, which begins at column col.
func (s slots) row(p *nn.Param, r, col int, g kernel.Matrix) []float32 {
	at := r*p.Value.Stride + col
	return s.arrays[p.Index].Data[at : at+g.Cols]
}

// keep copies a block of gradient at (top, left) of p into p's array.
func (s slots) keep(p *nn.Param, top, left int, g kernel.Matrix) {
	for r := range g.Rows {
		copy(s.row(p, top+r, left, g), g.Row(r))
	}
}

// state returns the arrays of several slots, one kind after the other.
func state(all ...slots) []StateArray {
	var arrays []StateArray
	for _, s := range all {
		for i, p := range s.params {
			if !p.Fixed {
				spec := nn.ParamSpec{Name: s.name + "/" + p.Name, Shape: p.Shape}
				arrays = append(arrays, StateArray{spec, s.arrays[i]})
			}
		}
	}
	return arrays
}

// eachRow calls f for every row of a block of gradient at (top, left) of p: r is the row in p, w the weights, and g
// their gradient.
func eachRow(p *nn.Param, top, left int, g kernel.Matrix, f func(r int, w, g []float32)) {
	for i := range g.Rows {
		at := (top+i)*p.Value.Stride + left
		f(top+i, p.Value.Data[at:at+g.Cols], g.Row(i))
	}
}

// stateless is embedded in an optimizer that keeps nothing from step to step.
type stateless struct{}

// State returns nothing.
func (stateless) State() []StateArray { return nil }

// Counters returns nothing.
func (stateless) Counters() map[string]float64 { return nil }

// Restore has nothing to set.
func (stateless) Restore(map[string]float64) error { return nil }

// counters are pointers to an optimizer's counters, by the names that they have in a checkpoint.
type counters map[string]*float64

// values returns the present values.
func (c counters) values() map[string]float64 {
	values := make(map[string]float64, len(c))
	for name, v := range c {
		values[name] = *v
	}
	return values
}

// check returns an error if a counter is missing among the values.
func (c counters) check(values map[string]float64) error {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if _, ok := values[name]; !ok {
			return fmt.Errorf("wanted the optimizer's counter %q, found %v", name, slices.Sorted(maps.Keys(values)))
		}
	}
	return nil
}

// restore sets all counters, or none if one is missing.
func (c counters) restore(values map[string]float64) error {
	if err := c.check(values); err != nil {
		return err
	}
	for name, v := range c {
		*v = values[name]
	}
	return nil
}
