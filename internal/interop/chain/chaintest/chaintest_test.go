package chaintest

import (
	"math"
	"slices"
	"testing"

	"dnn/internal/interop/chain"
	"dnn/internal/nn"
)

func TestRun(t *testing.T) {
	c := &chain.Chain{Input: []int{1, 2}, Steps: []chain.Step{
		chain.Affine{Scale: []float64{2}, Shift: []float64{1, -1}},                                          // [3, 3]
		chain.Dense{Inputs: 2, Units: 3, Kernel: []float32{1, 0, -1, 1, 1, -1}, Bias: []float32{0, 0.5, 1}}, // [6, 3.5, -5]
		chain.BatchNormalization{Gamma: []float32{1, 2, 1}, Beta: []float32{0, 0, 1}, Mean: []float32{4, 1.5, -5},
			Variance: []float32{3, 3, 3}, Epsilon: 1}, // [1, 2, 1]
		chain.Activation{Function: "leaky_relu", Slope: 0.5},
		chain.Dropout{Rate: 0.5},
		chain.Dense{Inputs: 3, Units: 2, Kernel: []float32{1, -1, 1, -1, 0, 0}}, // [3, -3]
		chain.Activation{Function: "elu", Alpha: 2},
	}}
	want := []float64{3, 2 * math.Expm1(-3)}
	if got := Run(c, []float64{1, 2}); !slices.Equal(got, want) {
		t.Errorf("got %v, wanted %v", got, want)
	}
	c.Steps[len(c.Steps)-1] = chain.Activation{Function: "softmax"}
	if got := Run(c, []float64{1, 2}); math.Abs(got[0]-1/(1+math.Exp(-6))) > 1e-15 || math.Abs(got[0]+got[1]-1) > 1e-15 {
		t.Errorf("softmax of [3 -3] is %v", got)
	}
}

// Every activation that a model can have is one that Run knows.
func TestActivations(t *testing.T) {
	for _, name := range nn.Activations() {
		c := &chain.Chain{Input: []int{1}, Steps: []chain.Step{chain.Activation{Function: name}}}
		if y := Run(c, []float64{0.25}); math.IsNaN(y[0]) {
			t.Errorf("%s of 0.25 is %v", name, y[0])
		}
	}
}
