package step

import (
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
)

// A trainer that begins within an epoch draws the same as one that took all steps of it.
func TestSkip(t *testing.T) {
	arch := nn.Architecture{Input: 4, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 8, Activation: "relu"},
		{Type: "dropout", Name: "dropout", Rate: 0.5},
		{Type: "dense", Name: "dense_1", Units: 2, Activation: "softmax"},
	}}
	samples := &batch.Samples{Count: 4, Features: 4, Floats: make([]float32, 16), Labels: []uint8{0, 1, 1, 0}}
	for i := range samples.Floats {
		samples.Floats[i] = float32(i%5) - 2
	}
	order := []int32{0, 1, 2, 3}
	run := func(skipped bool) []float32 {
		m, err := nn.New(arch, 1)
		if err != nil {
			t.Fatal(err)
		}
		e := NewEngine(kernel.Available()[0], 1)
		defer e.Close()
		o := optimizer.NewSGD()
		trainer := NewTrainer(e, m, o, samples, 4)
		trainer.Begin(3)
		if skipped {
			trainer.Skip(2)
		} else {
			o.Begin(0)
			trainer.Step(order, nil)
			trainer.Step(order, nil)
		}
		o.Begin(0.1)
		trainer.Step(order, nil)
		return m.Params()[0].Floats()
	}
	if !slices.Equal(run(true), run(false)) {
		t.Error("wanted the same third step after two that were skipped, found another")
	}
}
