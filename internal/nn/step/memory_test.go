package step

import (
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

// The estimate does not overflow: that of a network with more weights than an int can count is large.
func TestTrainingBytes(t *testing.T) {
	relu := func(units int) nn.LayerSpec { return nntest.Dense(units, "relu") }
	course := nntest.Network(784, nn.CategoricalCrossentropy, relu(100), relu(50), relu(10))
	if got := TrainingBytes(course, 2, nil, 100); got < 5*4*84_060 || got > 20e6 {
		t.Errorf("the course's network: wanted 1.7 to 20 MB, found %v bytes", got)
	}
	if TrainingBytes(course, 2, nil, 200) <= TrainingBytes(course, 2, nil, 100) {
		t.Error("wanted more memory for a larger batch, found no more")
	}
	huge := nntest.Network(784, nn.CategoricalCrossentropy, relu(1<<40), relu(1<<40))
	if got := TrainingBytes(huge, 2, nil, 100); got < 0x1p80 {
		t.Errorf("2^80 weights: wanted as many bytes or more, found %v", got)
	}
	alone := TrainingBytes(course, 2, nil, 100)
	taught := TrainingBytes(course, 2, []nn.Architecture{course, course}, 100)
	if least := alone + 2*4*84_060; taught < least || taught > 2*alone {
		t.Errorf("with two teachers: wanted at least %v bytes and at most twice the %v without, found %v", least, alone, taught)
	}
	// Teachers make a step long enough to be abandoned, so gradients are kept too.
	wide := nntest.Network(784, nn.CategoricalCrossentropy, nntest.Dense(1000, "relu"), nntest.Dense(10, "softmax"))
	if got := TrainingBytes(course, 2, []nn.Architecture{wide}, 1024) - TrainingBytes(wide, 2, nil, 1024); abandonable(1024, 84_060) ||
		!abandonable(1024, 84_060+795_010) || math.IsNaN(got) {
		t.Error("the teacher's weights do not count")
	}
}
