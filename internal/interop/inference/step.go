package inference

import (
	"fmt"
	"math"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/nn"
)

// Describe says how many numbers there are.
func (a Affine) Describe() string {
	if len(a.Scale) == 1 && len(a.Shift) == 1 && a.Shift[0] == 0 {
		return fmt.Sprintf("multiply by %.6g", a.Scale[0])
	}
	return "scale and shift"
}

// Describe says how many values become how many.
func (d Dense) Describe() string { return fmt.Sprintf("dense, %d -> %d", d.Inputs, d.Units) }

// Describe says that it is a batch normalization.
func (Normalization) Describe() string { return "batch normalization" }

// Describe returns the function's name.
func (a Activation) Describe() string { return a.Function }

// reduce returns the step for a step of a chain that takes the given number of values, or nil if it does nothing.
func reduce(s chain.Step, width int, where string) (Step, error) {
	switch s := s.(type) {
	case chain.Affine:
		return affine(s, width, where)
	case chain.Dense:
		return dense(s, width, where)
	case chain.BatchNormalization:
		return normalization(s, width, where)
	case chain.Activation:
		return activation(s, where)
	case chain.Dropout:
		return nil, nil
	}
	return nil, fault.New(fault.Data, "", "%s: wanted a step of a dense network, found %T", where, s)
}

func affine(s chain.Affine, width int, where string) (Step, error) {
	for _, v := range [][]float64{s.Scale, s.Shift} {
		if len(v) != 1 && len(v) != width {
			return nil, lengths(where, "scale and shift", width, len(v))
		}
		for _, x := range v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, notFinite(where, x)
			}
		}
	}
	return Affine{Scale: s.Scale, Shift: s.Shift}, nil
}

func dense(s chain.Dense, width int, where string) (Step, error) {
	switch {
	case s.Units < 1 || s.Inputs != width:
		return nil, fault.New(fault.Data, "", "%s: wanted a dense layer of 1 unit or more with %s, found %s with %d",
			where, fault.Count(width, "input"), fault.Count(s.Units, "unit"), s.Inputs)
	case len(s.Kernel)%s.Units != 0 || len(s.Kernel)/s.Units != width:
		return nil, fault.New(fault.Data, "", "%s: wanted a kernel of %d x %d numbers, found %d",
			where, width, s.Units, len(s.Kernel))
	case s.Bias != nil && len(s.Bias) != s.Units:
		return nil, lengths(where, "bias", s.Units, len(s.Bias))
	}
	bias := s.Bias
	if bias == nil {
		bias = make([]float32, s.Units)
	}
	return Dense{Inputs: width, Units: s.Units, Kernel: s.Kernel, Bias: bias}, finite(where, s.Kernel, bias)
}

func normalization(s chain.BatchNormalization, width int, where string) (Step, error) {
	for _, v := range [][]float32{s.Gamma, s.Beta} {
		if v != nil && len(v) != width {
			return nil, lengths(where, "gamma and beta", width, len(v))
		}
	}
	if len(s.Mean) != width || len(s.Variance) != width {
		return nil, lengths(where, "mean and variance", width, min(len(s.Mean), len(s.Variance)))
	}
	n := Normalization{Mean: s.Mean, Scale: make([]float32, width), Shift: make([]float32, width)}
	copy(n.Shift, s.Beta)
	for i := range n.Scale {
		gamma := 1.0
		if s.Gamma != nil {
			gamma = float64(s.Gamma[i])
		}
		n.Scale[i] = float32(gamma / math.Sqrt(float64(s.Variance[i])+s.Epsilon))
	}
	return n, finite(where, n.Mean, n.Scale, n.Shift)
}

func activation(s chain.Activation, where string) (Step, error) {
	switch {
	case !slices.Contains(nn.Activations(), s.Function):
		return nil, fault.New(fault.Data, "", "%s: unknown activation %q", where, s.Function)
	case math.IsNaN(s.Slope+s.Alpha) || math.IsInf(s.Slope+s.Alpha, 0):
		return nil, notFinite(where, s.Slope+s.Alpha)
	case s.Function == "linear":
		return nil, nil
	}
	return Activation{Function: s.Function, Slope: s.Slope, Alpha: s.Alpha}, nil
}

func finite(where string, arrays ...[]float32) error {
	for _, array := range arrays {
		for _, x := range array {
			if x-x != 0 { // of an infinity, or NaN
				return notFinite(where, float64(x))
			}
		}
	}
	return nil
}

func notFinite(where string, x float64) error {
	return fault.New(fault.Data, "", "%s: wanted finite numbers, found %v", where, x)
}

func lengths(where, what string, wanted, found int) error {
	return fault.New(fault.Data, "", "%s: wanted %s of %s, found %d", where, what, fault.Count(wanted, "number"), found)
}
