package nn

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"dnn/internal/nn/kernel"
)

// Loss compares a batch's outputs with its labels.
type Loss interface {
	// Rows computes, for each row of y [rows, units] and its label, the sample's loss and the class it predicts.
	// If dy has rows it computes the gradient of scale times the sum of the losses by y. It may overwrite y if
	// that are logits; other outputs are needed on the way back.
	Rows(w *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8)

	// Outputs is Rows where no labels are at hand: it turns logits y [rows, units] into probabilities, leaves other outputs as they
	// are, and computes the class that each row predicts.
	Outputs(w *kernel.Worker, y kernel.Matrix, predicted []uint8)
}

// ofOutputs is part of a loss of outputs, not of logits.
type ofOutputs struct{}

// Outputs computes the classes.
func (ofOutputs) Outputs(_ *kernel.Worker, y kernel.Matrix, predicted []uint8) {
	for r := range y.Rows {
		predicted[r] = predictUnits(y.Row(r), 0.5)
	}
}

// losses are the known ones, by Keras's names. Each entry returns the loss of outputs with the given activation and label
// smoothing, and whether it takes the output layer's values before that activation (logits). It does where activation and
// loss belong together: what is then computed is the same function with less rounding, as in Keras on TensorFlow. The table
// is never written to.
var losses = map[string]func(activation string, smoothing float32) (loss Loss, fromLogits bool){
	BinaryCrossentropy: func(activation string, smoothing float32) (Loss, bool) {
		if activation == "sigmoid" {
			return sigmoidCrossentropy{smoothing}, true
		}
		return binaryCrossentropy{smoothing: smoothing}, false
	},
	CategoricalCrossentropy: func(activation string, smoothing float32) (Loss, bool) {
		if activation == "softmax" {
			return softmaxCrossentropy{smoothing}, true
		}
		return categoricalCrossentropy{smoothing}, false
	},
	"mean_squared_error": func(string, float32) (Loss, bool) { return meanSquaredError{}, false },
	"mse":                func(string, float32) (Loss, bool) { return meanSquaredError{}, false },
}

// The losses that have an output activation of their own, by Keras's names: softmax, and sigmoid.
const (
	CategoricalCrossentropy = "categorical_crossentropy"
	BinaryCrossentropy      = "binary_crossentropy"
)

// Losses returns the names of the known losses in alphabetical order; mse is mean_squared_error.
func Losses() []string { return slices.Sorted(maps.Keys(losses)) }

// newLoss returns the loss called name for outputs of the given activation, and whether it takes logits.
func newLoss(name, activation string, smoothing float64) (loss Loss, fromLogits bool, err error) {
	build, ok := losses[name]
	if !ok {
		return nil, false, fmt.Errorf("wanted one of %v, found %q", Losses(), name)
	}
	loss, fromLogits = build(activation, float32(smoothing))
	return loss, fromLogits, nil
}

// epsilon is how far from 0 and 1 Keras keeps the probabilities of which it takes logarithms.
const epsilon = 1e-7

// clip returns p kept within [epsilon, 1-epsilon], and whether it was there already.
func clip(p float32) (clipped float32, inside bool) {
	const low, high = float32(epsilon), float32(1 - epsilon)
	switch {
	case p < low:
		return low, false
	case p > high:
		return high, false
	}
	return p, true
}

// argmax returns the index of the largest value, the first of several; NaN is smaller than any number.
func argmax(values []float32) int {
	// The largest so far could be anywhere, so a branch on it would be foreseen by nobody; integers compare without one.
	largest, best := int32(math.MinInt32), 0
	for j, v := range values {
		bits := int32(math.Float32bits(v + 0)) // + 0 makes -0 a 0
		if bits&math.MaxInt32 > infinity {
			continue
		}
		bits ^= int32(uint32(bits>>31) >> 1) // in the order of the numbers
		if bits > largest {
			best = j
		}
		largest = max(largest, bits)
	}
	return best
}

// infinity is the bits of +Inf; those of NaN, without its sign, are larger.
const infinity = 0x7f800000

// target is what the output unit j of n should be for a sample of that class: with one unit the class itself, 0 or 1; with
// several 1 for the class's unit and 0 for the others.
func target(label uint8, j, n int) float32 {
	if n == 1 && label != 0 || n > 1 && int(label) == j {
		return 1
	}
	return 0
}

// predictUnits returns the class that outputs with such targets predict: with one unit 1 if it is above the threshold, else
// 0; with several the one whose unit is the largest.
func predictUnits(y []float32, threshold float32) uint8 {
	if len(y) > 1 {
		return uint8(argmax(y))
	}
	if y[0] > threshold {
		return 1
	}
	return 0
}
