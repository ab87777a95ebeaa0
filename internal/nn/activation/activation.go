// Package activation has the activation functions that are applied element by element: each with its slope, in plain
// Go, by Keras's name. It defines their results to the last bit. Package kernel computes them for whole matrices, with
// vector instructions where the CPU has some.
//
// Those of Keras's activations that are not here are relu, which has kernels of its own, softmax, and linear, which
// does nothing (package nn); and log_softmax, sparsemax and glu, which dnn does not have.
package activation

import (
	"slices"
	"strings"
)

// Function is an activation function y = f(z).
type Function struct {
	Name string // Keras's

	// Of returns f(z).
	Of func(z float32) float32

	// Slope returns f'(z), given y or, if OfInput is set, z: the gradient of some functions cannot be computed from y.
	Slope   func(v float32) float32
	OfInput bool
}

// All returns all functions in alphabetical order. A new one is an entry of a list in the file where it is defined,
// and a program in package kernel's generator.
func All() []Function {
	all := slices.Concat(linearUnits(), smoothUnits(), squashing(), shrinking())
	slices.SortFunc(all, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// choose returns a if the condition holds, else b.
func choose(condition bool, a, b float32) float32 {
	if condition {
		return a
	}
	return b
}

// clip returns x within [low, high], or NaN.
func clip(x, low, high float32) float32 {
	switch {
	case x < low:
		return low
	case x > high:
		return high
	}
	return x
}

// within returns the slope of a clipped line: slope if low < y < high, else 0.
func within(low, high, slope float32) func(y float32) float32 {
	return func(y float32) float32 { return choose(low < y && y < high, slope, 0) }
}
