package train_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
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

// spy is plain gradient descent that records the learning rate and the samples of each step. It recognizes the samples
// because in a testRun only feature i of sample i is not 0.
type spy struct {
	*optimizer.SGD
	steps [][]int
	rates []float64
}

func (s *spy) Begin(rate float64) {
	s.SGD.Begin(rate)
	s.rates = append(s.rates, rate)
	s.steps = append(s.steps, nil)
}

func (s *spy) Update(w *kernel.Worker, p *nn.Param, row, col int, g kernel.Matrix) {
	if strings.HasSuffix(p.Name, ".kernel") {
		step := &s.steps[len(s.steps)-1]
		for i := range g.Rows {
			if slices.ContainsFunc(g.Data[i*g.Stride:i*g.Stride+g.Cols], func(v float32) bool { return v != 0 }) {
				*step = append(*step, row+i)
			}
		}
	}
	s.SGD.Update(w, p, row, col, g)
}

// testRun returns a run of a network with one layer on count samples, and the spy that sees its steps. The samples'
// labels are 0 and 1 at random.
func testRun(t *testing.T, count, size, epochs int) (*train.Run, *spy) {
	t.Helper()
	arch := nn.Architecture{Input: count, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 2, Activation: "softmax"},
	}}
	model, err := nn.New(arch, 1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	samples := &batch.Samples{
		Count: count, Features: count, Floats: make([]float32, count*count), Labels: make([]uint8, count),
	}
	for i := range count {
		samples.Floats[i*count+i] = 1
		samples.Labels[i] = uint8(rng.IntN(2))
	}
	engine := step.NewEngine(kernel.Available()[0], 1) // one thread, so that the spy needs no lock
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

// weights returns the bits of all parameters of a network.
func weights(m *nn.Sequential) []uint32 {
	var all []uint32
	for _, p := range m.Params() {
		for _, v := range p.Floats() {
			all = append(all, math.Float32bits(v))
		}
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
