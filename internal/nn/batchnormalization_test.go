package nn_test

import (
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
)

// newNormalization returns a layer of two features with gamma 2 and 1, beta 0.5 and 0.
func newNormalization(momentum, epsilon float64) *nn.BatchNormalization {
	spec := nn.LayerSpec{Type: "batch_normalization", Name: "bn", Momentum: momentum, Epsilon: epsilon}
	var params []*nn.Param
	for _, p := range nn.BatchNormalizationKind.Params(spec, nn.Shape{2}) {
		params = append(params, nn.NewParam(p))
	}
	b := nn.NewBatchNormalization(spec, params)
	gamma, beta, _, _ := b.Normalization()
	gamma.SetFloats([]float32{2, 1})
	beta.SetFloats([]float32{0.5, 0})
	return b
}

// By hand: the columns 1, 3 and 5, 5.
func TestBatchNormalizationByHand(t *testing.T) {
	b := newNormalization(0.75, 1e-12)
	x, y := kernel.NewMatrix(2, 2), kernel.NewMatrix(2, 2)
	x.Unflatten([]float32{1, 5, 3, 5})
	b.ForwardColumns(nntest.Worker(), x, y, kernel.Span{Lo: 0, Hi: 2})
	b.Remember()
	nntest.Near(t, "outputs", y.Flatten(), []float32{-1.5, 0, 2.5, 0}, 1e-6)
	// A quarter of the way from 0 to the means 2 and 5, and from 1 to the variances 1 and 0.
	_, _, mean, variance := b.Normalization()
	nntest.Near(t, "moving mean", mean.Floats(), []float32{0.5, 1.25}, 1e-7)
	nntest.Near(t, "moving variance", variance.Floats(), []float32{1, 0.75}, 1e-7)

	b.Forward(nntest.Worker(), nn.Pass{}, x, y)
	root := float32(math.Sqrt(0.75))
	nntest.Near(t, "inference", y.Flatten(), []float32{1.5, 3.75 / root, 5.5, 3.75 / root}, 1e-6)
}

// A feature that is constant over the batch is divided by the root of epsilon, not by 0. So is one of a batch of one.
func TestBatchNormalizationOfOneSample(t *testing.T) {
	arch := nn.Architecture{Input: 4, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 3, Activation: "relu"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.99, Epsilon: 0.001},
		{Type: "dense", Name: "dense_1", Units: 2, Activation: "softmax"},
	}}
	m := nntest.RandomModel(t, arch, 1)
	e := step.NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	o := optimizer.NewSGD()
	o.Begin(0.1)
	r := step.NewTrainer(e, m, o, nntest.RandomFloats(1, 4, 2, 1), 1).Step(nntest.Counting(1), nil)
	if math.IsNaN(r.Loss) || !m.Finite() {
		t.Errorf("loss %v, finite weights: %t", r.Loss, m.Finite())
	}
}

func TestBatchNormalizationValidates(t *testing.T) {
	for _, l := range []nn.LayerSpec{{Momentum: -0.1, Epsilon: 1}, {Momentum: 1, Epsilon: 1}, {Momentum: 0.9},
		{Momentum: 0.9, Epsilon: math.NaN()}} {
		if nn.BatchNormalizationKind.Validate(l) == nil {
			t.Errorf("%+v is valid", l)
		}
	}
}

// Its four parameters count in the summary, two of them as trained.
func TestBatchNormalizationSummary(t *testing.T) {
	arch := nn.Architecture{Input: 4, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 3, Activation: "relu"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.99, Epsilon: 0.001},
		{Type: "dropout", Name: "dropout", Rate: 0.5},
		{Type: "dense", Name: "dense_1", Units: 2, Activation: "softmax"},
	}}
	lines := arch.Summary()
	if l := lines[1]; l.Class != "BatchNormalization" || l.Output.Size() != 3 || l.Params != 12 || l.Trainable != 6 {
		t.Errorf("%+v", l)
	}
	if l := lines[2]; l.Class != "Dropout" || l.Output.Size() != 3 || l.Params != 0 {
		t.Errorf("%+v", l)
	}
}
