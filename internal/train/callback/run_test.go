package callback

import (
	"testing"
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// spy is plain gradient descent that records the rate of each step.
type spy struct {
	*optimizer.SGD
	rates []float64
}

func (s *spy) Begin(rate float64) {
	s.SGD.Begin(rate)
	s.rates = append(s.rates, rate)
}

// testRun returns a run of a network with one layer on count samples. Only feature i of sample i is not 0.
func testRun(t *testing.T, count, size, epochs int) (*train.Run, *spy) {
	t.Helper()
	model, err := nn.New(nn.Architecture{Input: count, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 2, Activation: "softmax"},
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	samples := &batch.Samples{
		Count: count, Features: count, Floats: make([]float32, count*count), Labels: make([]uint8, count),
	}
	for i := range count {
		samples.Floats[i*count+i] = 1
		samples.Labels[i] = uint8(i % 3 / 2)
	}
	engine := step.NewEngine(kernel.Available()[0], 1)
	t.Cleanup(engine.Close)
	s := &spy{SGD: optimizer.NewSGD()}
	clock := time.Unix(0, 0)
	return &train.Run{
		Engine: engine, Model: model, Optimizer: s, Train: samples,
		Epochs: epochs, BatchSize: size, Schedule: schedule.Constant(0.5), Seed: 1,
		Now: func() time.Time {
			clock = clock.Add(time.Second / 8)
			return clock
		},
	}, s
}
