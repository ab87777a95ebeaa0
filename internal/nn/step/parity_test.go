package step

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// The files in nntest/testdata hold what Keras computes. scripts/keras/fixtures.py writes them and says how.

// kerasNetwork is a network-*.json. Parameters are row-major and in Keras's order.
type kerasNetwork struct {
	Hidden, Output struct {
		Units      int
		Activation string
	}
	Loss    string
	Pixels  [][]int // [batch, features]
	Labels  []int
	Initial [][]float32
	First   struct {
		Loss      float32
		Gradients [][]float32
	}
	Training map[string]kerasTraining // by optimizer
}

// kerasTraining is the result of steps on the same batch.
type kerasTraining struct {
	LearningRate float64                `json:"learning_rate"`
	Losses       []float32              // of each step, before its update
	Weights      map[string][][]float32 // after that many steps
}

// parityTolerance is the largest error of a number: absolute, or relative for numbers above 1.
const parityTolerance = 1e-6

func nearKeras(got, want float32) bool {
	return math.Abs(float64(got)-float64(want)) <= parityTolerance*max(1, math.Abs(float64(want)))
}

func TestNetworksAsKeras(t *testing.T) {
	for _, file := range nntest.Files(t, "network-*.json") {
		var k kerasNetwork
		nntest.Read(t, file, &k)
		name := strings.TrimSuffix(strings.TrimPrefix(file, "network-"), ".json")
		for _, set := range kernel.Available() {
			for form, samples := range nntest.Forms(k.samples()) {
				t.Run(name+"/"+set.Name+"/"+form, func(t *testing.T) {
					k.checkGradients(t, set, samples)
					for optimizer, training := range k.Training {
						k.checkTraining(t, set, samples, optimizer, training)
					}
				})
			}
		}
	}
}

func (k *kerasNetwork) samples() *batch.Samples {
	s := &batch.Samples{Count: len(k.Pixels), Features: len(k.Pixels[0]), Table: batch.PixelTable()}
	for i, pixels := range k.Pixels {
		for _, v := range pixels {
			s.Bytes = append(s.Bytes, uint8(v))
		}
		s.Labels = append(s.Labels, uint8(k.Labels[i]))
	}
	return s
}

func (k *kerasNetwork) model(t *testing.T) *nn.Sequential {
	t.Helper()
	m, err := nn.New(nntest.Network(len(k.Pixels[0]), k.Loss,
		nntest.Dense(k.Hidden.Units, k.Hidden.Activation),
		nntest.Dense(k.Output.Units, k.Output.Activation)), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Params() {
		p.SetFloats(k.Initial[i])
	}
	return m
}

// checkGradients compares the first step's loss and the gradient of every weight.
func (k *kerasNetwork) checkGradients(t *testing.T, set *kernel.Set, s *batch.Samples) {
	t.Helper()
	e := NewEngine(set, 1)
	defer e.Close()
	m := k.model(t)
	c := nntest.NewCollector(m)
	got := NewTrainer(e, m, c, s, len(k.Pixels)).Step(nntest.Counting(len(k.Pixels)), nil).MeanLoss()
	if !nearKeras(got, k.First.Loss) {
		t.Errorf("first loss: wanted Keras's %v, found %v", k.First.Loss, got)
	}
	for i, p := range m.Params() {
		compareWithKeras(t, "gradient of "+p.Name, c.Gradient[i], k.First.Gradients[i])
	}
}

// checkTraining compares the loss of every step, and the weights after the steps for which the file has Keras's.
func (k *kerasNetwork) checkTraining(t *testing.T, set *kernel.Set, s *batch.Samples, name string, want kerasTraining) {
	t.Helper()
	e := NewEngine(set, 1)
	defer e.Close()
	m := k.model(t)
	optimizer := map[string]func([]*nn.Param) optimizer.Optimizer{"adam": adam, "sgd": sgd}[name](m.Params())
	trainer := NewTrainer(e, m, optimizer, s, len(k.Pixels))
	checked := 0
	for i, loss := range want.Losses {
		optimizer.Begin(want.LearningRate)
		if got := trainer.Step(nntest.Counting(len(k.Pixels)), nil).MeanLoss(); !nearKeras(got, loss) {
			t.Errorf("%s: loss of step %d: wanted Keras's %v, found %v", name, i+1, loss, got)
		}
		weights, ok := want.Weights[strconv.Itoa(i+1)]
		if !ok {
			continue
		}
		for j, p := range m.Params() {
			compareWithKeras(t, name+": "+p.Name+" after step "+strconv.Itoa(i+1), p.Floats(), weights[j])
		}
		checked++
	}
	if checked == 0 || checked != len(want.Weights) {
		t.Errorf("%s: wanted to compare the weights after %d steps, found %d of them", name, len(want.Weights), checked)
	}
}

func compareWithKeras(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: wanted Keras's %d elements, found %d", what, len(want), len(got))
	}
	for i := range got {
		if !nearKeras(got[i], want[i]) {
			t.Errorf("%s: element %d: wanted Keras's %v, found %v", what, i, want[i], got[i])
		}
	}
}

// Adam's steps with a rate of 1, whose rounding errors are a thousand times those of training.
func TestAdamAsKeras(t *testing.T) {
	var k struct {
		LearningRate float64     `json:"learning_rate"`
		Gradients    [][]float32 // by step; the weights begin at 0
		Weights      [][]float32 // after each
	}
	nntest.Read(t, "adam.json", &k)
	if len(k.Weights) == 0 {
		t.Fatal("wanted steps in testdata/adam.json, found none")
	}
	for _, set := range kernel.Available() {
		p := nn.NewParam(nn.ParamSpec{Name: "p", Shape: []int{len(k.Weights[0])}})
		optimizer := adam([]*nn.Param{p})
		g := kernel.NewMatrix(1, p.Count())
		for i, want := range k.Weights {
			copy(g.Data, k.Gradients[i])
			optimizer.Begin(k.LearningRate)
			optimizer.Update(&kernel.Worker{Set: set}, p, 0, 0, g)
			compareWithKeras(t, set.Name+": weights after step "+strconv.Itoa(i+1), p.Floats(), want)
		}
	}
}
