package nn_test

import (
	"fmt"
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// A network has exactly this loss if its kernels are 0 and its output bias says how frequent the classes are. With any
// other bias, its loss is larger.
func TestGuessLossIsThatOfTheBestConstantOutputs(t *testing.T) {
	labels := []uint8{0, 0, 0, 0, 0, 1, 1, 1, 2, 2}
	logits := func(p ...float64) []float64 {
		for i := range p {
			p[i] = math.Log(p[i])
		}
		return p
	}
	for _, test := range []struct {
		loss, activation string
		units            int
		smoothing        float64
		best             []float64 // bias
	}{
		{"categorical_crossentropy", "softmax", 3, 0, logits(0.5, 0.3, 0.2)},
		{"categorical_crossentropy", "softmax", 3, 0.3, logits(0.45, 0.31, 0.24)},
		{"mean_squared_error", "softmax", 3, 0, logits(0.5, 0.3, 0.2)},
		{"binary_crossentropy", "sigmoid", 1, 0, []float64{0}},
		{"binary_crossentropy", "sigmoid", 1, 0.4, []float64{0}},
		{"binary_crossentropy", "sigmoid", 3, 0, append([]float64{0}, logits(0.3/0.7, 0.2/0.8)...)},
	} {
		t.Run(fmt.Sprint(test.loss, test.units, test.smoothing), func(t *testing.T) {
			labels := labels
			if test.units == 1 {
				labels = []uint8{0, 1, 1, 0, 1, 0}
			}
			arch := nn.Architecture{
				Input: 2, Loss: test.loss, LabelSmoothing: test.smoothing,
				Layers: []nn.LayerSpec{{Type: "dense", Name: "dense", Units: test.units, Activation: test.activation,
					L2: 0.25}},
			}
			m, err := nn.New(arch, 1)
			if err != nil {
				t.Fatal(err)
			}
			samples := &batch.Samples{Count: len(labels), Features: 2, Floats: make([]float32, 2*len(labels)),
				Labels: labels}
			engine := step.NewEngine(kernel.Available()[0], 1)
			defer engine.Close()
			bias := m.Params()[1].Value
			loss := func(shift float64) float64 {
				for j := range test.best {
					bias.Data[j] = float32(test.best[j])
				}
				bias.Data[0] += float32(shift)
				return float64(step.NewEvaluator(engine, m, samples).Evaluate().MeanLoss())
			}
			guess := m.GuessLoss(samples.Counts(arch.Classes()))
			if best := loss(0); math.Abs(best-guess) > 1e-6 {
				t.Errorf("GuessLoss: %v, wanted %v", guess, best)
			}
			if other := min(loss(0.1), loss(-0.1)); other <= guess {
				t.Errorf("another constant has the loss %v, less than %v", other, guess)
			}
		})
	}
}
