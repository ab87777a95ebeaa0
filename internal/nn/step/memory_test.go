package step

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

// The estimate does not overflow: that of a network with more weights than an int can count is large.
func TestTrainingBytes(t *testing.T) {
	relu := func(units int) nn.LayerSpec { return nntest.Dense(units, "relu") }
	course := nntest.Network(784, nn.CategoricalCrossentropy, relu(100), relu(50), relu(10))
	if got := TrainingBytes(course, 100); got < 4*4*84_060 || got > 20e6 {
		t.Errorf("the course's network: wanted 1.3 to 20 MB, found %v bytes", got)
	}
	if TrainingBytes(course, 200) <= TrainingBytes(course, 100) {
		t.Error("wanted more memory for a larger batch, found no more")
	}
	huge := nntest.Network(784, nn.CategoricalCrossentropy, relu(1<<40), relu(1<<40))
	if got := TrainingBytes(huge, 100); got < 0x1p80 {
		t.Errorf("2^80 weights: wanted as many bytes or more, found %v", got)
	}
}
