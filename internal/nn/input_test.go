package nn_test

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

// A first layer that reads a matrix learns the same, to the bit, as one that reads lists, with any number of threads.
func TestFirstLayerThatReadsAMatrix(t *testing.T) {
	arch := nntest.Network(50, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 40, Activation: "relu"},
		nn.LayerSpec{Units: 17, Activation: "tanh"}, nn.LayerSpec{Units: 3, Activation: "softmax"})
	s := nntest.RandomBytes(60, 50, 3, 1)
	run := func(threads int, matrix bool) (string, step.Result) {
		m := nntest.RandomModel(t, arch, 1)
		if matrix {
			m.ReadMatrix()
		}
		e := step.NewEngine(kernel.Available()[0], threads)
		defer e.Close()
		o := optimizer.NewAdam(m.Params(), 0.9, 0.999, 1e-7)
		trainer := step.NewTrainer(e, m, o, s, 20)
		for i := range 3 {
			o.Begin(0.01)
			trainer.Step(nntest.Counting(60)[20*i:20*i+20], nil)
		}
		return nntest.Digest(m), step.NewEvaluator(e, m, s).Evaluate()
	}
	weights, result := run(1, false)
	for _, threads := range []int{1, 2, 5} {
		if got, evaluation := run(threads, true); got != weights || evaluation != result {
			t.Errorf("%d threads: wanted weights %s and %v, found %s and %v", threads, weights, result, got, evaluation)
		}
	}
}
