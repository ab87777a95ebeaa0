package chain

import (
	"fmt"
	"slices"

	"dnn/internal/nn"
)

// check returns the first step that does not fit the one before it.
func (c *Chain) check() error {
	size := 1
	for _, n := range c.Input {
		if n < 1 || size > nn.MaxUnits/n {
			return fmt.Errorf("wanted 1 to %d inputs, found the shape %v", nn.MaxUnits, c.Input)
		}
		size *= n
	}
	for i, s := range c.Steps {
		var name string
		var lengths []int // of what has a value for each of the step's outputs
		switch s := s.(type) {
		case Affine:
			name = s.Name
			if len(s.Scale) == 1 && len(s.Shift) == 1 {
				continue
			}
			lengths = []int{max(len(s.Scale), len(s.Shift))}
			for _, n := range []int{len(s.Scale), len(s.Shift)} {
				if n != 1 {
					lengths = append(lengths, n)
				}
			}
		case Dense:
			name = s.Name
			if s.Inputs != size {
				return fmt.Errorf("%s: takes %d values, the step before it gives %d", s.Name, s.Inputs, size)
			}
			if s.Units < 1 || s.Units > nn.MaxUnits || len(s.Kernel)/s.Units != size || len(s.Kernel)%s.Units != 0 {
				return fmt.Errorf("%s: wanted a kernel of %d x %d values, found %d", s.Name, size, s.Units, len(s.Kernel))
			}
			size = s.Units
			lengths = optional(lengths, s.Bias)
		case BatchNormalization:
			name = s.Name
			lengths = optional(optional([]int{len(s.Mean), len(s.Variance)}, s.Gamma), s.Beta)
		case Activation:
			if !slices.Contains(nn.Activations(), s.Function) {
				return fmt.Errorf("step %d: wanted one of %d activations, found %.60q", i+1, len(nn.Activations()), s.Function)
			}
		}
		for _, n := range lengths {
			if n != size {
				return fmt.Errorf("step %d, %s: wanted %d values, found %d", i+1, name, size, n)
			}
		}
	}
	return nil
}

// optional adds the length of values, if there are any.
func optional(lengths []int, values []float32) []int {
	if values == nil {
		return lengths
	}
	return append(lengths, len(values))
}
