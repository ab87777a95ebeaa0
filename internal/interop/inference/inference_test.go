package inference

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

func layer(in, units int) chain.Dense {
	return chain.Dense{Inputs: in, Units: units, Kernel: make([]float32, in*units)}
}

func TestOf(t *testing.T) {
	sigmoid := chain.Activation{Function: "sigmoid"}
	for name, c := range map[string]struct {
		chain   *chain.Chain
		answer  Answer
		classes []string
		steps   int
	}{
		"three classes": {&chain.Chain{Input: []int{2, 2}, Steps: []chain.Step{layer(4, 3), chain.Dropout{Rate: 0.5},
			chain.Activation{Function: "linear"}}}, Largest, []string{"0", "1", "2"}, 1},
		"named": {&chain.Chain{Input: []int{1}, Classes: []string{"a", "b"}, Steps: []chain.Step{layer(1, 2)}},
			Largest, []string{"a", "b"}, 1},
		"sigmoid":         {&chain.Chain{Input: []int{1}, Steps: []chain.Step{layer(1, 1), sigmoid}}, Threshold, []string{"0", "1"}, 2},
		"two names":       {&chain.Chain{Input: []int{1}, Classes: []string{"a", "b"}, Steps: []chain.Step{layer(1, 1)}}, Threshold, []string{"a", "b"}, 1},
		"value":           {&chain.Chain{Input: []int{1}, Steps: []chain.Step{layer(1, 1)}}, Value, nil, 1},
		"normalized last": {&chain.Chain{Input: []int{1}, Steps: []chain.Step{layer(1, 2), batch(2)}}, Largest, []string{"0", "1"}, 2},
	} {
		n, err := Of(c.chain)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n.Answer != c.answer || !slices.Equal(n.Classes, c.classes) || len(n.Steps) != c.steps {
			t.Errorf("%s: found %+v", name, n)
		}
	}
}

func batch(n int) chain.BatchNormalization {
	return chain.BatchNormalization{Mean: make([]float32, n), Variance: make([]float32, n), Epsilon: 0.01}
}

// Each step that a file may have wrong is refused, in words for a user, and nothing panics.
func TestRefuses(t *testing.T) {
	inf := math.Inf(1)
	one := []float64{1}
	for want, c := range map[string]*chain.Chain{
		"the shape of the input":     {Steps: []chain.Step{layer(1, 1)}},
		"each at least 1":            {Input: []int{0, 2}},
		"found [65536 65536]":        {Input: []int{1 << 16, 1 << 16}},
		"its activations":            {Input: []int{1}, Unsaid: chain.Unsaid{Activations: true}},
		"found none":                 {Input: []int{1}},
		"layer of 1 unit":            {Input: []int{1}, Steps: []chain.Step{layer(2, 1)}},
		"found 0 units":              {Input: []int{1}, Steps: []chain.Step{layer(1, 0)}},
		"3 x 2 numbers, found 5":     {Input: []int{3}, Steps: []chain.Step{chain.Dense{Inputs: 3, Units: 2, Kernel: make([]float32, 5)}}},
		"bias of 1 number, found 2":  {Input: []int{1}, Steps: []chain.Step{chain.Dense{Inputs: 1, Units: 1, Kernel: make([]float32, 1), Bias: make([]float32, 2)}}},
		"finite numbers, found +Inf": {Input: []int{1}, Steps: []chain.Step{chain.Affine{Scale: []float64{inf}, Shift: one}}},
		"of 3 numbers, found 2":      {Input: []int{3}, Steps: []chain.Step{chain.Affine{Scale: []float64{1, 2}, Shift: one}}},
		"finite numbers, found NaN":  {Input: []int{1}, Steps: []chain.Step{layer(1, 1), chain.Activation{Function: "elu", Alpha: math.NaN()}}},
		"unknown activation \"sin\"": {Input: []int{1}, Steps: []chain.Step{layer(1, 1), chain.Activation{Function: "sin"}}},
		"mean and variance of 3":     {Input: []int{3}, Steps: []chain.Step{batch(2)}},
		"gamma and beta of 2": {Input: []int{2}, Steps: []chain.Step{chain.BatchNormalization{Gamma: []float32{1},
			Mean: make([]float32, 2), Variance: make([]float32, 2)}}},
		"step 2: wanted finite": {Input: []int{1}, Steps: []chain.Step{layer(1, 2), chain.BatchNormalization{Mean: make([]float32, 2),
			Variance: []float32{-1, 0}}}},
		"a step of a dense network": {Input: []int{1}, Steps: []chain.Step{nil}},
		"2 class names, found 1":    {Input: []int{1}, Classes: []string{"a"}, Steps: []chain.Step{layer(1, 2)}},
		"1 column name":             {Input: []int{1}, Columns: []string{"a", "b"}, Steps: []chain.Step{layer(1, 2)}},
	} {
		_, err := Of(c)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Data || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
			t.Errorf("wanted an error with %q, found %v", want, err)
		}
	}
}

func TestProbabilities(t *testing.T) {
	for function, want := range map[string]bool{"softmax": true, "sigmoid": true, "relu": false} {
		n, err := Of(&chain.Chain{Input: []int{1}, Steps: []chain.Step{layer(1, 2), chain.Activation{Function: function}}})
		if err != nil || n.Probabilities() != want || n.Weights() != 4 {
			t.Errorf("%s: found %v, %v", function, n, err)
		}
	}
}
