package nn

import (
	"fmt"
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

// lossKind is what the package knows of a loss.
type lossKind struct {
	name       string
	also       string // another name; empty: none
	activation string // of the output layers that the loss is made for; empty: any
	smooths    bool   // it smooths labels
	sum        bool   // the loss of a sample is the sum over the outputs; else their mean

	// ofLogits returns the loss of what such an output layer computes before its activation: the same function with less
	// rounding, as in Keras on TensorFlow. It is nil for a loss of any activation.
	ofLogits func(smoothing float32) Loss

	// ofOutputs returns the loss of outputs of any activation.
	ofOutputs func(smoothing float32) Loss

	// guess returns what an output adds to the loss if its target is 1 for that share of the samples, and it says so.
	guess func(share, smoothing, outputs float64) float64
}

// losses are the known ones, by Keras's names; those made for an activation first. The table is never written to.
var losses = []lossKind{categoricalKind, binaryKind, squaresKind}

// findLoss returns the loss of that name.
func findLoss(name string) (loss lossKind, ok bool) {
	i := slices.IndexFunc(losses, func(k lossKind) bool { return name != "" && (name == k.name || name == k.also) })
	if i < 0 {
		return lossKind{}, false
	}
	return losses[i], true
}

// Losses returns the names of the known losses.
func Losses() (names []string) {
	for _, k := range losses {
		names = append(names, k.name)
	}
	return names
}

// LossesFor returns those of Losses that go with an output layer of that activation, the best first.
func LossesFor(activation string) []string {
	return slices.DeleteFunc(Losses(), func(name string) bool {
		loss, _ := findLoss(name)
		return loss.activation != "" && loss.activation != activation
	})
}

// SmoothsLabels reports whether the loss called name does.
func SmoothsLabels(name string) bool {
	loss, _ := findLoss(name)
	return loss.smooths
}

// newLoss returns the loss called name for outputs of the given activation, and whether it takes logits.
func newLoss(name, activation string, smoothing float64) (loss Loss, fromLogits bool, err error) {
	k, ok := findLoss(name)
	switch {
	case !ok:
		return nil, false, fmt.Errorf("wanted one of %v, found %q", Losses(), name)
	case k.ofLogits != nil && k.activation == activation:
		return k.ofLogits(float32(smoothing)), true, nil
	}
	return k.ofOutputs(float32(smoothing)), false, nil
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
