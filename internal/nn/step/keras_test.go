package step

import (
	"fmt"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// Networks of all kinds of layers, one of them regularized.
func TestLayersAsKeras(t *testing.T) {
	checkAsKeras(t, "training-layers.json", []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 5, Activation: "elu", L1: 0.01, L2: 0.02},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 0.001},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "gelu", L2: 0.03},
		{Type: "dense", Name: "dense_2", Units: 4, Activation: "silu"},
		{Type: "batch_normalization", Name: "batch_normalization_1", Momentum: 0.99, Epsilon: 0.001},
		{Type: "dense", Name: "dense_3", Units: 3, Activation: "softmax"},
	})
	checkAsKeras(t, "training-units.json", []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 7, Activation: "linear"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 0.001},
		{Type: "leaky_relu", Name: "leaky_re_lu", NegativeSlope: 0.3},
		{Type: "dense", Name: "dense_1", Units: 6, Activation: "linear"},
		{Type: "elu", Name: "elu", Alpha: 1.7},
		{Type: "dense", Name: "dense_2", Units: 5, Activation: "linear"},
		{Type: "activation", Name: "activation", Activation: "gelu"},
		{Type: "dense", Name: "dense_3", Units: 5, Activation: "tanh"},
		{Type: "activation", Name: "activation_1", Activation: "softmax"},
		{Type: "leaky_relu", Name: "leaky_re_lu_1", NegativeSlope: 0.01},
		{Type: "dense", Name: "dense_4", Units: 3, Activation: "softmax"},
	})
}

// checkAsKeras compares weights, moving averages and losses of three steps with Keras's, then the loss in inference.
func checkAsKeras(t *testing.T, file string, layers []nn.LayerSpec) {
	t.Helper()
	var k struct {
		LabelSmoothing float64 `json:"label_smoothing"`
		LearningRate   float64 `json:"learning_rate"`
		Inputs         []float32
		Labels         []uint8
		Initial        [][]float32
		Steps          []struct {
			Loss    float32
			Weights [][]float32
		}
		InferenceLoss float32 `json:"inference_loss"`
	}
	nntest.Read(t, file, &k)
	size := len(k.Labels)
	s := &batch.Samples{Count: size, Features: len(k.Inputs) / size, Floats: k.Inputs, Labels: k.Labels}
	arch := nn.Architecture{
		Input: s.Features, Loss: nn.CategoricalCrossentropy, LabelSmoothing: k.LabelSmoothing, Layers: layers,
	}
	for _, set := range kernel.Available() {
		for _, threads := range []int{1, 3} {
			m, err := nn.New(arch, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range m.Params() {
				p.SetFloats(k.Initial[i])
			}
			e := NewEngine(set, threads)
			o := optimizer.NewSGD()
			trainer := NewTrainer(e, m, o, s, size)
			for i, want := range k.Steps {
				o.Begin(k.LearningRate)
				loss := trainer.Step(nntest.Counting(size), nil).MeanLoss()
				what := fmt.Sprintf("%s: %s: loss of step %d", file, set.Name, i+1)
				nntest.Near(t, what, []float32{loss}, []float32{want.Loss}, 1e-6)
				for j, p := range m.Params() {
					what := fmt.Sprintf("%s: %s: %s after step %d", file, set.Name, p.Name, i+1)
					nntest.Near(t, what, p.Floats(), want.Weights[j], 2e-6)
				}
			}
			loss := NewEvaluator(e, m, s).Evaluate().MeanLoss()
			nntest.Near(t, file+": "+set.Name+": loss in inference", []float32{loss}, []float32{k.InferenceLoss}, 1e-6)
			e.Close()
		}
	}
}
