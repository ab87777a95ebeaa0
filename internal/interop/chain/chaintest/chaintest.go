// Package chaintest computes what a chain.Chain means, with plain loops. The tests of readers and writers compare with
// it.
package chaintest

import (
	"fmt"
	"math"

	"dnn/internal/interop/chain"
	"dnn/internal/nn/activation"
)

// Run returns the outputs of c for one sample x, whose length is the product of c.Input, in inference. Sums are in
// float64; activations have the precision of float32, but softmax, elu and leaky_relu that of float64. It panics if
// steps do not fit each other.
func Run(c *chain.Chain, x []float64) []float64 {
	size := 1
	for _, n := range c.Input {
		size *= n
	}
	fits("the input", size, len(x))
	for _, s := range c.Steps {
		switch s := s.(type) {
		case chain.Affine:
			x = affine(s, x)
		case chain.Dense:
			x = dense(s, x)
		case chain.BatchNormalization:
			x = normalize(s, x)
		case chain.Activation:
			x = activate(s, x)
		case chain.Dropout:
		default:
			panic(fmt.Sprintf("chaintest: unknown step %T", s))
		}
	}
	return x
}

func affine(s chain.Affine, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v*at(s.Name, s.Scale, i, len(x)) + at(s.Name, s.Shift, i, len(x))
	}
	return y
}

// at returns the number for value i of n.
func at(name string, numbers []float64, i, n int) float64 {
	if len(numbers) == 1 {
		return numbers[0]
	}
	fits(name, n, len(numbers))
	return numbers[i]
}

func dense(s chain.Dense, x []float64) []float64 {
	fits(s.Name+": inputs", s.Inputs, len(x))
	fits(s.Name+": kernel", s.Inputs*s.Units, len(s.Kernel))
	y := make([]float64, s.Units)
	if s.Bias != nil {
		fits(s.Name+": bias", s.Units, len(s.Bias))
	}
	for j := range y {
		for i, v := range x {
			y[j] += v * float64(s.Kernel[i*s.Units+j])
		}
		if s.Bias != nil {
			y[j] += float64(s.Bias[j])
		}
	}
	return y
}

func normalize(s chain.BatchNormalization, x []float64) []float64 {
	y := make([]float64, len(x))
	fits(s.Name+": mean", len(x), len(s.Mean))
	fits(s.Name+": variance", len(x), len(s.Variance))
	for i, v := range x {
		y[i] = (v - float64(s.Mean[i])) / math.Sqrt(float64(s.Variance[i])+s.Epsilon)
		if s.Gamma != nil {
			fits(s.Name+": gamma", len(x), len(s.Gamma))
			y[i] *= float64(s.Gamma[i])
		}
		if s.Beta != nil {
			fits(s.Name+": beta", len(x), len(s.Beta))
			y[i] += float64(s.Beta[i])
		}
	}
	return y
}

func activate(s chain.Activation, x []float64) []float64 {
	y := make([]float64, len(x))
	if s.Function == "softmax" {
		largest, sum := math.Inf(-1), 0.0
		for _, v := range x {
			largest = max(largest, v)
		}
		for i, v := range x {
			y[i] = math.Exp(v - largest)
			sum += y[i]
		}
		for i := range y {
			y[i] /= sum
		}
		return y
	}
	f := function(s)
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

// function returns the function of a step that is applied to each value.
func function(s chain.Activation) func(float64) float64 {
	switch s.Function {
	case "linear":
		return func(z float64) float64 { return z }
	case "relu":
		return func(z float64) float64 { return max(z, 0) }
	case "leaky_relu":
		return func(z float64) float64 { return max(z, 0) + s.Slope*min(z, 0) }
	case "elu":
		return func(z float64) float64 { return max(z, 0) + s.Alpha*math.Expm1(min(z, 0)) }
	}
	for _, f := range activation.All() {
		if f.Name == s.Function {
			return func(z float64) float64 { return float64(f.Of(float32(z))) }
		}
	}
	panic(fmt.Sprintf("chaintest: unknown activation %q", s.Function))
}

func fits(what string, wanted, found int) {
	if wanted != found {
		panic(fmt.Sprintf("chaintest: %s: wanted %d numbers, found %d", what, wanted, found))
	}
}
