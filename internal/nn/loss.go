package nn

import "fmt"

// Loss compares a batch's outputs with its labels.
type Loss interface {
	// Rows computes, for each row of y [rows, units] and its label, the sample's loss and the class it predicts.
	// If dy has rows it computes the gradient of scale times the sum of the losses by y. It may overwrite y.
	Rows(w *Worker, y, dy Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8)
}

// Losses returns the names of the known losses in alphabetical order.
func Losses() []string { return []string{binaryName, categoricalName} }

const (
	categoricalName = "categorical_crossentropy"
	binaryName      = "binary_crossentropy"
)

// newLoss returns the loss called name for outputs of the given activation, and whether it takes the output layer's values
// before that activation (logits). It does where activation and loss belong together: what is then computed is the same
// function with less rounding, as in Keras on TensorFlow.
func newLoss(name, activation string) (loss Loss, fromLogits bool, err error) {
	switch {
	case name == categoricalName && activation == "softmax":
		return softmaxCrossentropy{}, true, nil
	case name == categoricalName:
		return categoricalCrossentropy{}, false, nil
	case name == binaryName && activation == "sigmoid":
		return sigmoidCrossentropy{}, true, nil
	case name == binaryName:
		return binaryCrossentropy{}, false, nil
	}
	return nil, false, fmt.Errorf("wanted one of %v, found %q", Losses(), name)
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

// argmax returns the index of the largest value, the first of several.
func argmax(values []float32) int {
	best := 0
	for j, v := range values {
		if v > values[best] {
			best = j
		}
	}
	return best
}
