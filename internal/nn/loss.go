package nn

import (
	"fmt"
	"math"
	"slices"

	"dnn/internal/nn/kernel"
)

// Loss compares a batch's outputs with its labels.
type Loss interface {
	// Rows computes, for each row of y [rows, units] and its label, the sample's loss and the class that it predicts.
	// If dy has rows, Rows also computes the gradient by y of scale times the sum of the losses. It turns logits y into
	// probabilities, and leaves other outputs as they are, since Backward needs them.
	Rows(w *kernel.Worker, y, dy kernel.Matrix, labels []uint8, scale float32, loss []float32, predicted []uint8)

	// Outputs is Rows without labels: it turns logits y into probabilities, leaves other outputs as they are, and
	// computes the class that each row predicts.
	Outputs(w *kernel.Worker, y kernel.Matrix, predicted []uint8)
}

// ofOutputs is embedded in losses of outputs that are not logits.
type ofOutputs struct{}

// Outputs computes the predicted classes.
func (ofOutputs) Outputs(_ *kernel.Worker, y kernel.Matrix, predicted []uint8) {
	for r := range y.Rows {
		predicted[r] = predictUnits(y.Row(r), 0.5)
	}
}

// lossKind is the definition of a loss.
type lossKind struct {
	name       string
	also       string // another name; empty: none
	activation string // the output layer's that the loss is made for; empty: any
	smooths    bool   // it can smooth labels
	sum        bool   // a sample's loss is the sum over the outputs; else the mean

	// ofLogits returns the loss as a function of the inputs of that activation, which rounds less, as in Keras on
	// TensorFlow. It is nil if activation is empty.
	ofLogits func(smoothing float32) Loss

	// ofOutputs returns the loss as a function of the outputs of any activation.
	ofOutputs func(smoothing float32) Loss

	// guess returns what one output adds to the loss if its target is 1 for a fraction, frequency, of the samples, and
	// the output is the constant with the least loss.
	guess func(frequency, smoothing, outputs float64) float64
}

// losses has all losses by Keras's names, those made for an activation first. It is never written to.
var losses = []lossKind{categoricalKind, binaryKind, squaresKind}

func findLoss(name string) (loss lossKind, ok bool) {
	i := slices.IndexFunc(losses, func(k lossKind) bool { return name != "" && (name == k.name || name == k.also) })
	if i < 0 {
		return lossKind{}, false
	}
	return losses[i], true
}

// Losses returns the names of all losses.
func Losses() (names []string) {
	for _, k := range losses {
		names = append(names, k.name)
	}
	return names
}

// LossesFor returns the names of the losses that go with an output layer of that activation, the best first.
func LossesFor(activation string) []string {
	return slices.DeleteFunc(Losses(), func(name string) bool {
		loss, _ := findLoss(name)
		return loss.activation != "" && loss.activation != activation
	})
}

// SmoothsLabels reports whether the loss called name can smooth labels.
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

// epsilon is the least distance from 0 and 1 to which Keras clips probabilities before it takes logarithms.
const epsilon = 1e-7

// clip returns p clipped to [epsilon, 1-epsilon], and whether it was inside.
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

// argmax returns the index of the largest value, the first if there are several. NaN is smaller than any number.
func argmax(values []float32) int {
	// A branch on the largest value so far would often be mispredicted. Integers are compared without one.
	largest, best := int32(math.MinInt32), 0
	for j, v := range values {
		bits := int32(math.Float32bits(v + 0)) // + 0 turns -0 into 0
		if bits&math.MaxInt32 > infinity {
			continue
		}
		bits ^= int32(uint32(bits>>31) >> 1) // ordered as the floats are
		if bits > largest {
			best = j
		}
		largest = max(largest, bits)
	}
	return best
}

// infinity has the bits of +Inf. Those of NaN, without the sign, are larger.
const infinity = 0x7f800000

// positive returns the output of n that should be 1 for a sample of that class; all others should be 0. A single output
// should be 1 for any class but 0, for which -1 is returned. Of several, the class's own should be 1.
func positive(label uint8, n int) int {
	switch {
	case n > 1:
		return int(label)
	case label != 0:
		return 0
	}
	return -1
}

// target returns what output j of n should be for a sample of that class.
func target(label uint8, j, n int) float32 {
	if positive(label, n) == j {
		return 1
	}
	return 0
}

// predictUnits returns the class that outputs with such targets predict: of several, that of the largest; of a single
// one, 1 if it is above the threshold, else 0.
func predictUnits(y []float32, threshold float32) uint8 {
	if len(y) > 1 {
		return uint8(argmax(y))
	}
	if y[0] > threshold {
		return 1
	}
	return 0
}
