package step

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/reference"
)

// gradientTolerance is the largest difference of a float32 gradient and the slope, relative to the largest slope of the
// parameter. Values have an error of some 1e-7, and 100 times as much if the loss divides by a probability of 0.01, the
// smallest that drawWell accepts.
const gradientTolerance = 2e-5

// Every activation in a hidden layer, which is the first layer or the second.
func TestGradientOfHiddenLayers(t *testing.T) {
	for _, activation := range nn.Activations() {
		for seed := range uint64(3) {
			output := nntest.Dense(3, "softmax")
			hidden := nntest.Dense(5, activation)
			checkGradient(t, nntest.Network(4, nn.CategoricalCrossentropy, hidden, output), 6, seed)
			second := nntest.Network(4, nn.CategoricalCrossentropy, nntest.Dense(6, "tanh"), hidden, output)
			checkGradient(t, second, 6, seed)
		}
	}
}

// Every pair of a loss and an output activation: both those that are computed together, from logits, and all others.
func TestGradientOfLosses(t *testing.T) {
	for _, loss := range nn.Losses() {
		for _, activation := range nn.Activations() {
			if loss == nn.CategoricalCrossentropy && slices.Contains([]string{"hard_shrink", "soft_shrink"}, activation) {
				continue // outputs are often all 0, and the loss divides by their sum
			}
			for _, units := range []int{1, 2, 3} {
				if units == 1 && (loss == nn.CategoricalCrossentropy || activation == "softmax") {
					continue // constant
				}
				for seed := range uint64(3) {
					output := nntest.Dense(units, activation)
					checkGradient(t, nntest.Network(4, loss, nntest.Dense(5, "tanh"), output), 4, seed)
					checkGradient(t, nntest.Network(4, loss, output), 4, seed)
				}
			}
		}
	}
}

// A first layer wider than a panel of columns, and other sizes that are no multiple of a tile.
func TestGradientOfWideLayers(t *testing.T) {
	// An activation whose kernel adds the bias, one by element, one by rows, and one that is a layer of its own.
	for _, activation := range []string{"relu", "tanh", "softmax", "gelu"} {
		for _, units := range []int{1, 17, 40, 100, 129} {
			hidden := nntest.Dense(units, activation)
			checkGradient(t, nntest.Network(13, nn.CategoricalCrossentropy, hidden, nntest.Dense(10, "softmax")), 9, 1)
		}
	}
	checkGradient(t, nntest.Network(150, nn.CategoricalCrossentropy, nntest.Dense(70, "softmax")), 9, 1)
	checkGradient(t, nntest.Network(2, nn.BinaryCrossentropy, nntest.Dense(33, "softmax")), 9, 1)
	smallest := nntest.Network(1, nn.CategoricalCrossentropy, nntest.Dense(1, "relu"), nntest.Dense(2, "softmax"))
	checkGradient(t, smallest, 1, 1)
}

// checkGradient compares the gradients and the result of one step with the reference, for floats and for bytes, with
// one thread and with three.
func checkGradient(t *testing.T, arch nn.Architecture, size int, seed uint64) {
	t.Helper()
	classes := max(2, arch.Output())
	draws := map[string]func(seed uint64) *batch.Samples{
		"floats": func(seed uint64) *batch.Samples { return nntest.RandomFloats(size+3, arch.Input, classes, seed) },
		"bytes":  func(seed uint64) *batch.Samples { return nntest.RandomBytes(size+3, arch.Input, classes, seed) },
	}
	for name, draw := range draws {
		t.Run(fmt.Sprintf("%s/%s/seed %d", nntest.Describe(arch), name, seed), func(t *testing.T) {
			m, s, order := drawWell(t, arch, draw, size, seed)
			r := reference.New(m)
			x, labels := reference.Batch(s, order)
			for _, threads := range []int{1, 3} {
				c := nntest.NewCollector(m)
				e := NewEngine(kernel.Available()[0], threads)
				// The trainer is for larger batches: this one is shorter.
				result := NewTrainer(e, m, c, s, size+2).Step(order, nil)
				e.Close()
				c.CheckOnce(t, m)
				checkResult(t, result, r, s, order)
				checkSlopes(t, m, c, func(param, element int) float64 { return r.Slope(x, labels, param, element) })
			}
		})
	}
}

// drawWell draws a network and samples for which the slope of the loss is well conditioned.
func drawWell(
	t *testing.T, arch nn.Architecture, draw func(seed uint64) *batch.Samples, size int, seed uint64,
) (*nn.Sequential, *batch.Samples, []int32) {
	t.Helper()
	for try := range uint64(1000) {
		m := nntest.RandomModel(t, arch, seed+1000*try)
		s := draw(seed + 1000*try)
		order := nntest.Counting(s.Count)[1 : size+1]
		r := reference.New(m)
		r.MeanLoss(reference.Batch(s, order))
		if r.Kink > 0.01 {
			return m, s, order
		}
	}
	t.Fatal("wanted a draw without a kink close by, found none")
	return nil, nil, nil
}

func checkResult(t *testing.T, got Result, r *reference.Network, s *batch.Samples, order []int32) {
	t.Helper()
	right := 0
	for _, i := range order {
		_, y := r.Outputs(reference.Sample(s, int(i)))
		class := uint8(0)
		for j := range y {
			if y[j] > y[class] {
				class = uint8(j)
			}
		}
		if len(y) == 1 && y[0] > 0.5 {
			class = 1
		}
		if class == s.Labels[i] {
			right++
		}
	}
	if want := r.MeanLoss(reference.Batch(s, order)); math.Abs(float64(got.MeanLoss())-want) > 2e-6*(1+want) {
		t.Errorf("mean loss: wanted %v, found %v", want, got.MeanLoss())
	}
	if got.Count != len(order) || got.Right != right {
		t.Errorf("wanted %d of %d right, found %d of %d", right, len(order), got.Right, got.Count)
	}
}

// checkSlopes compares up to 40 elements of each parameter's gradient with the slope.
func checkSlopes(t *testing.T, m *nn.Sequential, c *nntest.Collector, slope func(param, element int) float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	for i, p := range m.Params() {
		elements := rng.Perm(p.Count())
		elements = elements[:min(40, len(elements))]
		var want []float64
		scale := 1e-2
		for _, at := range elements {
			want = append(want, slope(i, at))
			scale = max(scale, math.Abs(want[len(want)-1]))
		}
		for k, at := range elements {
			off := math.Abs(float64(c.Gradient[i][at])-want[k]) / scale
			if !(off < gradientTolerance) {
				t.Errorf("%s[%d]: wanted the slope %v, found the gradient %v", p.Name, at, want[k], c.Gradient[i][at])
			}
		}
	}
}
