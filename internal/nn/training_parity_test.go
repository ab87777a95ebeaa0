package nn

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/random"
)

// The files testdata/training-*.json hold what real Keras computes. scripts/keras/fixtures_training.py writes them and says
// how.

func readTraining(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/training-" + name + ".json")
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// near compares numbers with Keras's: the error may be tolerance, or for numbers above 1 that much of them.
func near(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, Keras has %d", what, len(got), len(want))
	}
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s: element %d is %v, Keras's %v", what, i, got[i], want[i])
		}
	}
}

// kerasSteps is training-optimizers.json: parameters that optimizers move along given gradients.
type kerasSteps struct {
	Defaults  map[string]OptimizerSpec
	Shapes    [][]int
	Initial   [][]float32
	Gradients [][][]float32 // by step
	Runs      []kerasRun
}

type kerasRun struct {
	Name      string
	Arguments json.RawMessage
	Weights   [][][]float32 // after each step
	Final     [][]float32   // at the end of training
}

func (k *kerasSteps) params() []*Param {
	var params []*Param
	for i, shape := range k.Shapes {
		p := newParam(ParamSpec{Name: fmt.Sprint("p", i), Shape: shape})
		p.index = i
		p.SetFloats(k.Initial[i])
		params = append(params, p)
	}
	return params
}

func (r *kerasRun) spec(t *testing.T) OptimizerSpec {
	t.Helper()
	spec := DefaultOptimizer(r.Name)
	if err := json.Unmarshal(r.Arguments, &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// step takes one step of o along gradients that come in blocks of two columns.
func step(w *kernel.Worker, o Optimizer, params []*Param, rate float64, gradients [][]float32) {
	o.Begin(rate)
	for i, p := range params {
		g := kernel.NewMatrix(p.Value.Rows, p.Value.Cols)
		g.Unflatten(gradients[i])
		for c := 0; c < g.Cols; c += 2 {
			o.Update(w, p, 0, c, g.Columns(c, min(c+2, g.Cols)))
		}
	}
	if d, ok := o.(Deferred); ok {
		d.Prepare()
		for _, p := range params {
			for r := range p.Value.Rows {
				d.Apply(w, p, r, r+1)
			}
		}
	}
}

func TestOptimizersAsKeras(t *testing.T) {
	var k kerasSteps
	readTraining(t, "optimizers", &k)
	tried := map[string]bool{}
	for _, run := range k.Runs {
		tried[run.Name] = true
		for _, set := range kernel.Available() {
			t.Run(fmt.Sprintf("%s%s/%s", run.Name, run.Arguments, set.Name), func(t *testing.T) {
				spec, params := run.spec(t), k.params()
				o, err := NewOptimizer(spec, params)
				if err != nil {
					t.Fatal(err)
				}
				for i, g := range k.Gradients {
					step(&kernel.Worker{Set: set}, o, params, spec.LearningRate, g)
					for j, p := range params {
						near(t, fmt.Sprintf("%s after step %d", p.Name, i+1), p.Floats(), run.Weights[i][j], 1e-6)
					}
				}
				average := AverageOf(o)
				if (average != nil) != spec.UseEMA {
					t.Fatalf("an average is kept: %t", average != nil)
				}
				if average != nil {
					average.Swap()
				}
				for j, p := range params {
					near(t, p.Name+" in the end", p.Floats(), run.Final[j], 1e-6)
				}
			})
		}
	}
	for _, name := range Optimizers() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
		}
		if want := k.Defaults[name]; func() bool { want.Name = name; return DefaultOptimizer(name) != want }() {
			t.Errorf("defaults of %s: %+v, Keras's %+v", name, DefaultOptimizer(name), want)
		}
	}
}

func TestActivationsAsKeras(t *testing.T) {
	var file struct {
		Points      []float32
		Activations []struct {
			Name             string
			Values, Gradient []float32
		}
	}
	readTraining(t, "activations", &file)
	tried := map[string]bool{"softmax": true} // in the networks
	w := &kernel.Worker{Set: kernel.Available()[0]}
	for _, k := range file.Activations {
		tried[k.Name] = true
		a := activations[k.Name]
		z, y, dy := kernel.NewMatrix(1, len(file.Points)), kernel.NewMatrix(1, len(file.Points)), kernel.NewMatrix(1, len(file.Points))
		copy(z.Data, file.Points)
		copy(y.Data, file.Points)
		for i := range dy.Cols {
			dy.Data[i] = 1
		}
		a.forward(w, y)
		near(t, k.Name, y.Row(0), k.Values, 4e-7)
		if a.slope != nil {
			activationLayer{a}.Backward(w, Pass{}, z, y, dy, dy)
		} else {
			a.backward(w, y, dy)
		}
		near(t, "gradient of "+k.Name, dy.Row(0), k.Gradient, 4e-7)
	}
	for _, name := range Activations() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
		}
	}
}

func TestSmoothedLossesAsKeras(t *testing.T) {
	var file struct {
		Predictions []struct {
			Loss       string
			Smoothing  float64 `json:"label_smoothing"`
			FromLogits bool    `json:"from_logits"`
			Values     []float32
			Label      uint8
			Want       float32
			Gradient   []float32
		}
	}
	readTraining(t, "losses", &file)
	tried := map[string]bool{"mse": true} // another name of mean_squared_error
	for _, p := range file.Predictions {
		tried[p.Loss] = true
		activation := "linear"
		if p.FromLogits {
			activation = map[string]string{categoricalName: "softmax", binaryName: "sigmoid"}[p.Loss]
		}
		loss, gradient, _ := evaluateSmoothed(t, p.Loss, activation, p.Smoothing, p.Values, p.Label)
		what := fmt.Sprintf("%s with smoothing %v of %v, class %d", p.Loss, p.Smoothing, p.Values, p.Label)
		near(t, what, []float32{loss}, []float32{p.Want}, 5e-7)
		near(t, "gradient of "+what, gradient, p.Gradient, 5e-7)
	}
	for _, name := range Losses() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
		}
	}
}

// A network of three kinds of layers, regularized: weights, moving averages and losses of three steps, then inference.
func TestLayersAsKeras(t *testing.T) {
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
	readTraining(t, "layers", &k)
	size := len(k.Labels)
	s := &batch.Samples{Count: size, Features: len(k.Inputs) / size, Floats: k.Inputs, Labels: k.Labels}
	arch := Architecture{Input: s.Features, Loss: categoricalName, LabelSmoothing: k.LabelSmoothing, Layers: []LayerSpec{
		{Type: "dense", Name: "dense", Units: 5, Activation: "elu", L1: 0.01, L2: 0.02},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 0.001},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "gelu", L2: 0.03},
		{Type: "dense", Name: "dense_2", Units: 4, Activation: "silu"},
		{Type: "batch_normalization", Name: "batch_normalization_1", Momentum: 0.99, Epsilon: 0.001},
		{Type: "dense", Name: "dense_3", Units: 3, Activation: "softmax"},
	}}
	for _, set := range kernel.Available() {
		for _, threads := range []int{1, 3} {
			m, err := New(arch, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range m.Params() {
				p.SetFloats(k.Initial[i])
			}
			e := NewEngine(set, threads)
			o := NewSGD()
			trainer := NewTrainer(e, m, o, s, size)
			for i, want := range k.Steps {
				o.Begin(k.LearningRate)
				loss := trainer.Step(counting(size), nil).MeanLoss()
				near(t, fmt.Sprintf("%s: loss of step %d", set.Name, i+1), []float32{loss}, []float32{want.Loss}, 1e-6)
				for j, p := range m.Params() {
					near(t, fmt.Sprintf("%s: %s after step %d", set.Name, p.Name, i+1), p.Floats(), want.Weights[j], 2e-6)
				}
			}
			near(t, set.Name+": loss in inference", []float32{NewEvaluator(e, m, s).Evaluate().MeanLoss()}, []float32{k.InferenceLoss}, 1e-6)
			e.Close()
		}
	}
}

// Each initializer draws with the mean, the deviation and the range of Keras's.
func TestInitializersAsKeras(t *testing.T) {
	var file struct {
		Drawn []struct {
			Name                      string
			Shape                     [2]int
			Mean, Std, Least, Largest float64
		}
	}
	readTraining(t, "initializers", &file)
	tried := map[string]bool{}
	for _, k := range file.Drawn {
		tried[k.Name] = true
		m := kernel.NewMatrix(k.Shape[0], k.Shape[1])
		initializers[k.Name](random.Stream(1, k.Name, 0), m)
		var sum, squares float64
		least, largest := math.Inf(1), math.Inf(-1)
		values := m.Flatten()
		for _, v := range values {
			v := float64(v)
			sum += v
			squares += v * v
			least, largest = min(least, v), max(largest, v)
		}
		n := float64(len(values))
		mean := sum / n
		std := math.Sqrt(max(squares/n-mean*mean, 0))
		// Both means have a standard error of std/sqrt(n), both deviations one of less than 0.0025 of themselves.
		if math.Abs(mean-k.Mean) > 6*k.Std/math.Sqrt(n) || math.Abs(std-k.Std) > 0.015*k.Std {
			t.Errorf("%s %v: mean %.5f and deviation %.5f, Keras's %.5f and %.5f", k.Name, k.Shape, mean, std, k.Mean, k.Std)
		}
		if math.Abs(least-k.Least) > 0.005*math.Abs(k.Least) || math.Abs(largest-k.Largest) > 0.005*math.Abs(k.Largest) {
			t.Errorf("%s %v: from %.5f to %.5f, Keras's from %.5f to %.5f", k.Name, k.Shape, least, largest, k.Least, k.Largest)
		}
	}
	for _, name := range Initializers() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
		}
	}
}
