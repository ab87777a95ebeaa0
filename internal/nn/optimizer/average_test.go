package optimizer_test

import (
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

func TestAverage(t *testing.T) {
	k := kerasSteps{Shapes: [][]int{{2}}, Initial: [][]float32{{8, 0}}}
	params := k.params()
	a := optimizer.NewAverage(optimizer.NewSGD(), params, 0.75, 0)
	initial := params[0].Floats()

	// Before any step there is no average to swap in.
	a.Swap()
	if got := params[0].Floats(); !slices.Equal(got, initial) {
		t.Errorf("weights before the first step: wanted %v, found %v", initial, got)
	}
	// Weights 7 0, 6 2, 5 4: averages 7 0, 6.75 0.5, 6.3125 1.375.
	for _, g := range [][]float32{{1, 0}, {1, -2}, {1, -2}} {
		move(nntest.Worker(), a, params, 1, [][]float32{g})
	}
	if got := params[0].Floats(); !slices.Equal(got, []float32{5, 4}) {
		t.Errorf("weights: wanted 5 4, found %v", got)
	}
	a.Swap()
	if got := params[0].Floats(); !slices.Equal(got, []float32{6.3125, 1.375}) {
		t.Errorf("averages: wanted 6.3125 1.375, found %v", got)
	}
	a.Swap()
	if got := params[0].Floats(); !slices.Equal(got, []float32{5, 4}) {
		t.Errorf("weights after the average: wanted 5 4, found %v", got)
	}
}

func TestAverageOf(t *testing.T) {
	if a := optimizer.AverageOf(optimizer.NewSGD()); a != nil {
		t.Error("plain gradient descent: wanted no average, found one")
	}
	for _, clip := range []func(*optimizer.Spec){
		func(*optimizer.Spec) {},
		func(s *optimizer.Spec) { s.ClipNorm = 1 },
		func(s *optimizer.Spec) { s.GlobalClipNorm = 1 },
		func(s *optimizer.Spec) { s.ClipValue = 1 },
	} {
		for _, use := range []bool{false, true} {
			spec := optimizer.Default("adamw")
			spec.UseEMA = use
			clip(&spec)
			if got := optimizer.AverageOf(nntest.NewOptimizer(t, spec)(nil)) != nil; got != use {
				t.Errorf("%+v: an average: wanted %t, found %t", spec, use, got)
			}
		}
	}
}

// The moving averages of batch normalization have no average: Swap does not change them.
func TestAverageOfFixedParameters(t *testing.T) {
	arch := nn.Architecture{Input: 6, Loss: nn.CategoricalCrossentropy,
		Layers: nntest.LayerStacks()["normalized input layer"]}
	m := nntest.RandomModel(t, arch, 1)
	spec := optimizer.Default("adam")
	spec.UseEMA = true
	o := nntest.NewOptimizer(t, spec)(m.Params())
	e := step.NewEngine(kernel.Available()[0], 1)
	defer e.Close()
	trainer := step.NewTrainer(e, m, o, nntest.RandomFloats(20, 6, 3, 1), 10)
	for i := range 2 {
		o.Begin(0.1)
		trainer.Step(nntest.Counting(20)[10*i:10*i+10], nil)
	}
	before := m.Snapshot(nil)
	optimizer.AverageOf(o).Swap()
	for i, p := range m.Params() {
		if same := slices.Equal(p.Value.Data, before[i]); same != p.Fixed {
			t.Errorf("%s: same after Swap: wanted %t, found %t", p.Name, p.Fixed, same)
		}
	}
}
