package nn

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// The files in testdata hold what real Keras computes. scripts/keras/fixtures.py writes them and says how.

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

// kerasTraining is what steps on the same batch give.
type kerasTraining struct {
	LearningRate float64                `json:"learning_rate"`
	Losses       []float32              // of each step, before its update
	Weights      map[string][][]float32 // after that many steps
}

// parityTolerance is how far from Keras's a number may be: absolute, for numbers above 1 relative.
const parityTolerance = 1e-6

func nearKeras(got, want float32) bool {
	return math.Abs(float64(got)-float64(want)) <= parityTolerance*max(1, math.Abs(float64(want)))
}

func readKeras(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestNetworksAsKeras(t *testing.T) {
	paths, err := filepath.Glob("testdata/network-*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no networks in testdata: %v", err)
	}
	for _, path := range paths {
		var k kerasNetwork
		readKeras(t, path, &k)
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "network-"), ".json")
		for _, set := range kernel.Available() {
			for form, samples := range forms(k.samples()) {
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

func (k *kerasNetwork) model(t *testing.T) *Sequential {
	t.Helper()
	m, err := New(network(len(k.Pixels[0]), k.Loss,
		LayerSpec{Units: k.Hidden.Units, Activation: k.Hidden.Activation},
		LayerSpec{Units: k.Output.Units, Activation: k.Output.Activation}), 1)
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
	c := newCollector(m)
	got := NewTrainer(e, m, c, s, len(k.Pixels)).Step(counting(len(k.Pixels)), nil).MeanLoss()
	if !nearKeras(got, k.First.Loss) {
		t.Errorf("the first loss is %v, Keras's %v", got, k.First.Loss)
	}
	for i, p := range m.Params() {
		compareWithKeras(t, "gradient of "+p.Name, c.gradient[i], k.First.Gradients[i])
	}
}

// checkTraining compares the loss of every step and the weights after those that Keras's are known of.
func (k *kerasNetwork) checkTraining(t *testing.T, set *kernel.Set, s *batch.Samples, name string, want kerasTraining) {
	t.Helper()
	e := NewEngine(set, 1)
	defer e.Close()
	m := k.model(t)
	optimizer := map[string]func([]*Param) Optimizer{"adam": adam, "sgd": sgd}[name](m.Params())
	trainer := NewTrainer(e, m, optimizer, s, len(k.Pixels))
	checked := 0
	for i, loss := range want.Losses {
		optimizer.Begin(want.LearningRate)
		if got := trainer.Step(counting(len(k.Pixels)), nil).MeanLoss(); !nearKeras(got, loss) {
			t.Errorf("%s: the loss of step %d is %v, Keras's %v", name, i+1, got, loss)
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
		t.Errorf("%s: compared the weights after %d steps, the file has %d", name, checked, len(want.Weights))
	}
}

func compareWithKeras(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, Keras has %d", what, len(got), len(want))
	}
	for i := range got {
		if !nearKeras(got[i], want[i]) {
			t.Errorf("%s: element %d is %v, Keras's %v", what, i, got[i], want[i])
		}
	}
}

// Adam's steps of length 1, which show its rounding a thousand times larger than those of training do.
func TestAdamAsKeras(t *testing.T) {
	var k struct {
		LearningRate float64     `json:"learning_rate"`
		Gradients    [][]float32 // by step; the weights begin at 0
		Weights      [][]float32 // after each
	}
	readKeras(t, "testdata/adam.json", &k)
	if len(k.Weights) == 0 {
		t.Fatal("no steps in testdata/adam.json")
	}
	for _, set := range kernel.Available() {
		p := newParam(ParamSpec{Name: "p", Shape: []int{len(k.Weights[0])}})
		optimizer := adam([]*Param{p})
		g := kernel.NewMatrix(1, p.Count())
		for i, want := range k.Weights {
			copy(g.Data, k.Gradients[i])
			optimizer.Begin(k.LearningRate)
			optimizer.Update(&kernel.Worker{Set: set}, p, 0, 0, g)
			compareWithKeras(t, set.Name+": weights after step "+strconv.Itoa(i+1), p.Floats(), want)
		}
	}
}

// Single predictions: perfect ones, totally wrong ones, at the edge of being clipped, far out.
func TestLossesAsKeras(t *testing.T) {
	var file struct {
		Predictions []struct {
			Loss       string
			FromLogits bool `json:"from_logits"`
			Values     []float32
			Label      uint8
			Want       float32
			Gradient   []float32
		}
	}
	readKeras(t, "testdata/losses.json", &file)
	if len(file.Predictions) == 0 {
		t.Fatal("no predictions in testdata/losses.json")
	}
	for _, p := range file.Predictions {
		activation := "linear"
		if p.FromLogits {
			activation = map[string]string{categoricalName: "softmax", binaryName: "sigmoid"}[p.Loss]
		}
		loss, gradient, _ := evaluateLoss(t, p.Loss, activation, p.Values, p.Label)
		if !nearKeras(loss, p.Want) {
			t.Errorf("%s of %v, class %d, is %v, Keras's %v", p.Loss, p.Values, p.Label, loss, p.Want)
		}
		for j := range gradient {
			if !nearKeras(gradient[j], p.Gradient[j]) {
				t.Errorf("gradient of %s by %v, class %d, is %v, Keras's %v", p.Loss, p.Values, p.Label, gradient, p.Gradient)
				break
			}
		}
	}
}
