package step

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

// The estimate is that of a float64: a network too large to count is too large, not negative.
func TestTrainingBytes(t *testing.T) {
	relu := func(units int) nn.LayerSpec { return nn.LayerSpec{Units: units, Activation: "relu"} }
	course := nntest.Network(784, nn.CategoricalCrossentropy, relu(100), relu(50), relu(10))
	if got := TrainingBytes(course, 100); got < 4*4*84_060 || got > 20e6 {
		t.Errorf("the course's network takes %v bytes", got)
	}
	if TrainingBytes(course, 200) <= TrainingBytes(course, 100) {
		t.Error("a larger batch takes no more memory")
	}
	if got := TrainingBytes(nntest.Network(784, nn.CategoricalCrossentropy, relu(1<<40), relu(1<<40)), 100); got < 0x1p80 {
		t.Errorf("2^80 weights take %v bytes", got)
	}
}
