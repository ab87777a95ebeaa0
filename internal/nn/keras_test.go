package nn_test

import (
	"fmt"
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/random"
)

func TestActivationsAsKeras(t *testing.T) {
	var file struct {
		Points      []float32
		Activations []struct {
			Name             string
			Values, Gradient []float32
		}
	}
	nntest.Read(t, "training-activations.json", &file)
	tried := map[string]bool{"softmax": true} // in the networks
	w := &kernel.Worker{Set: kernel.Available()[0]}
	for _, k := range file.Activations {
		tried[k.Name] = true
		z := kernel.NewMatrix(1, len(file.Points))
		copy(z.Data, file.Points)
		y, dz := nn.Activate(w, k.Name, z)
		nntest.Near(t, k.Name, y.Row(0), k.Values, 4e-7)
		tolerance := 4e-7
		if k.Name == "mish" {
			tolerance = 1e-6 // TensorFlow's 1 - tanh^2 loses digits
		}
		nntest.Near(t, "gradient of "+k.Name, dz.Row(0), k.Gradient, tolerance)
	}
	for _, name := range nn.Activations() {
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
	nntest.Read(t, "training-losses.json", &file)
	tried := map[string]bool{"mse": true} // another name of mean_squared_error
	for _, p := range file.Predictions {
		tried[p.Loss] = true
		activation := "linear"
		if p.FromLogits {
			activation = map[string]string{
				nn.CategoricalCrossentropy: "softmax", nn.BinaryCrossentropy: "sigmoid",
			}[p.Loss]
		}
		loss, gradient, _ := evaluateSmoothed(t, p.Loss, activation, p.Smoothing, p.Values, p.Label)
		what := fmt.Sprintf("%s with smoothing %v of %v, class %d", p.Loss, p.Smoothing, p.Values, p.Label)
		nntest.Near(t, what, []float32{loss}, []float32{p.Want}, 5e-7)
		nntest.Near(t, "gradient of "+what, gradient, p.Gradient, 5e-7)
	}
	for _, name := range nn.Losses() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
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
	nntest.Read(t, "training-initializers.json", &file)
	tried := map[string]bool{"constant": true} // not drawn: TestConstant
	for _, k := range file.Drawn {
		tried[k.Name] = true
		m := kernel.NewMatrix(k.Shape[0], k.Shape[1])
		nn.Initialize(k.Name, random.Stream(1, k.Name, 0), m)
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
			t.Errorf("%s %v: mean %.5f and deviation %.5f, Keras's %.5f and %.5f",
				k.Name, k.Shape, mean, std, k.Mean, k.Std)
		}
		if math.Abs(least-k.Least) > 0.005*math.Abs(k.Least) ||
			math.Abs(largest-k.Largest) > 0.005*math.Abs(k.Largest) {
			t.Errorf("%s %v: from %.5f to %.5f, Keras's from %.5f to %.5f",
				k.Name, k.Shape, least, largest, k.Least, k.Largest)
		}
	}
	for _, name := range nn.Initializers() {
		if !tried[name] {
			t.Errorf("%s is not compared with Keras", name)
		}
	}
}

// Single predictions: perfect, totally wrong, at the edge of clipping, far from 0.
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
	nntest.Read(t, "losses.json", &file)
	if len(file.Predictions) == 0 {
		t.Fatal("no predictions in testdata/losses.json")
	}
	for _, p := range file.Predictions {
		activation := "linear"
		if p.FromLogits {
			activation = map[string]string{
				nn.CategoricalCrossentropy: "softmax", nn.BinaryCrossentropy: "sigmoid",
			}[p.Loss]
		}
		loss, gradient, _ := evaluateLoss(t, p.Loss, activation, p.Values, p.Label)
		what := fmt.Sprintf("%s of %v, class %d", p.Loss, p.Values, p.Label)
		nntest.Near(t, what, []float32{loss}, []float32{p.Want}, 1e-6)
		nntest.Near(t, "gradient of "+what, gradient, p.Gradient, 1e-6)
	}
}
