package reference_test

import (
	"fmt"
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/reference"
	"dnn/internal/nn/step"
)

// One training step of the course's network, computed by this package and by the program.
func Example() {
	relu := func(name string, units int) nn.LayerSpec {
		return nn.LayerSpec{Type: "dense", Name: name, Units: units, Activation: "relu"}
	}
	model, err := nn.New(nn.Architecture{Input: 784, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		relu("dense", 100), relu("dense_1", 50), {Type: "dense", Name: "dense_2", Units: 10, Activation: "softmax"},
	}}, 1)
	if err != nil {
		panic(err)
	}
	images := nntest.RandomBytes(20, 784, 10, 1)
	order := nntest.Counting(20)

	network := reference.New(model)
	x, labels := reference.Batch(images, order)
	loss, gradient := network.Gradient(x, labels)
	rule := reference.Adam{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
	rule.Step(network.Params, gradient, 0.001)

	engine := step.NewEngine(kernel.Available()[0], 2)
	defer engine.Close()
	adam := optimizer.NewAdam(model.Params(), 0.9, 0.999, 1e-7)
	adam.Begin(0.001)
	result := step.NewTrainer(engine, model, adam, images, 20).Step(order, nil)

	fmt.Printf("loss %.4f, %.4f\n", loss, result.MeanLoss())
	for i, p := range model.Params() {
		fmt.Printf("%s: 7th element %.5f, %.5f\n", p.Name, network.Params[i][6], p.Floats()[6])
	}
	// Output:
	// loss 2.3385, 2.3385
	// dense.kernel: 7th element 0.05352, 0.05352
	// dense.bias: 7th element -0.00100, -0.00100
	// dense_1.kernel: 7th element 0.11245, 0.11245
	// dense_1.bias: 7th element -0.00100, -0.00100
	// dense_2.kernel: 7th element 0.12888, 0.12888
	// dense_2.bias: 7th element -0.00100, -0.00100
}

// Backpropagation gives the same slope as a finite difference, through every kind of layer and every activation.
func TestGradientIsTheSlope(t *testing.T) {
	stacks := nntest.LayerStacks()
	for _, activation := range nn.Activations() {
		stacks[activation] = []nn.LayerSpec{
			{Type: "dense", Name: "dense", Units: 5, Activation: "tanh"},
			{Type: "dense", Name: "dense_1", Units: 4, Activation: activation, L1: 0.01, L2: 0.02},
			{Type: "dense", Name: "dense_2", Units: 3, Activation: "softmax"},
		}
	}
	for name, layers := range stacks {
		arch := nn.Architecture{Input: 6, Loss: nn.CategoricalCrossentropy, LabelSmoothing: 0.1, Layers: layers}
		if name == "slope at the end" {
			arch.Loss, arch.LabelSmoothing = "mse", 0
		}
		t.Run(name, func(t *testing.T) { checkGradient(t, arch) })
	}
	for _, units := range []int{1, 3} {
		arch := nntest.Network(6, nn.BinaryCrossentropy, nntest.Dense(5, "tanh"), nntest.Dense(units, "sigmoid"))
		arch.LabelSmoothing = 0.2
		t.Run(fmt.Sprint(units, " sigmoids"), func(t *testing.T) { checkGradient(t, arch) })
	}
}

func checkGradient(t *testing.T, arch nn.Architecture) {
	t.Helper()
	for seed := range uint64(100) {
		n := reference.New(nntest.RandomModel(t, arch, seed))
		in := arch.Input
		for i, l := range arch.Layers {
			switch l.Type {
			case "dropout":
				n.Masks[l.Name] = alternating(8, in, float64(i))
			case "dense":
				in = l.Units
			}
		}
		samples := nntest.RandomFloats(8, arch.Input, max(2, arch.Output()), seed)
		x, labels := reference.Batch(samples, nntest.Counting(8))
		loss, gradient := n.Gradient(x, labels)
		if n.Kink < 0.01 {
			continue
		}
		if want := n.MeanLoss(x, labels); math.Abs(loss-want) > 1e-12 {
			t.Errorf("loss: wanted %v, found %v", want, loss)
		}
		for i, p := range gradient {
			for j, g := range p {
				if want := n.Slope(x, labels, i, j); math.Abs(g-want) > 1e-7 {
					t.Errorf("parameter %d[%d]: wanted the slope %v, found the gradient %v", i, j, want, g)
				}
			}
		}
		return
	}
	t.Fatal("wanted a draw without a kink close by, found none")
}

// alternating returns a mask that drops every other value.
func alternating(rows, features int, shift float64) [][]float64 {
	mask := make([][]float64, rows)
	for r := range mask {
		for f := range features {
			mask[r] = append(mask[r], 2*math.Mod(float64(r+f)+shift, 2))
		}
	}
	return mask
}

// Features come from bytes through their table, or as they are.
func TestSample(t *testing.T) {
	table := batch.PixelTable()
	bytes := &batch.Samples{Count: 2, Features: 2, Table: table, Bytes: []uint8{0, 255, 51, 0}}
	if x := reference.Sample(bytes, 1); math.Abs(x[0]-0.2) > 1e-7 || x[1] != 0 {
		t.Errorf("wanted 0.2 0, found %v", x)
	}
	floats := &batch.Samples{Count: 2, Features: 2, Floats: []float32{1, 2, 3, -4}}
	for _, s := range []*batch.Samples{floats, floats.Select([]int32{0, 1}), floats.Select([]int32{1, 1})} {
		if x := reference.Sample(s, 1); x[0] != 3 || x[1] != -4 {
			t.Errorf("wanted 3 -4, found %v", x)
		}
	}
}
