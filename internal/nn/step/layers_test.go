package step

import (
	"fmt"
	"math"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/reference"
)

// newReference returns the reference of m in the first step of the first epoch. Masks are a Dropout's outputs for
// inputs of 1.
func newReference(m *nn.Sequential, batch int) *reference.Network {
	r := reference.New(m)
	var names []string // of the Dropouts
	for _, l := range m.Architecture().Layers {
		if l.Type == "dropout" {
			names = append(names, l.Name)
		}
	}
	for i, l := range m.Layers() {
		d, ok := l.(*nn.Dropout)
		if !ok {
			continue
		}
		x, y := kernel.NewMatrix(batch, m.Shapes()[i].Size()), kernel.NewMatrix(batch, m.Shapes()[i].Size())
		for j := range x.Data {
			x.Data[j] = 1
		}
		d.Forward(nntest.Worker(), nn.Pass{Train: true, Seed: m.Seed(), Epoch: 1, Step: 1}, x, y)
		mask := make([][]float64, batch)
		for b := range mask {
			for _, v := range y.Row(b) {
				mask[b] = append(mask[b], float64(v))
			}
		}
		r.Masks[names[len(r.Masks)]] = mask
	}
	return r
}

// drawing draws random samples.
type drawing = func(count, features, classes int, seed uint64) *batch.Samples

func TestGradientOfLayers(t *testing.T) {
	for name, layers := range nntest.LayerStacks() {
		for _, smoothing := range []float64{0, 0.1} {
			arch := nn.Architecture{Input: 6, Loss: nn.CategoricalCrossentropy, Layers: layers}
			arch.LabelSmoothing = smoothing
			if name == "slope at the end" {
				arch.Loss, arch.LabelSmoothing = "mse", 0
			}
			for form, draw := range map[string]drawing{"floats": nntest.RandomFloats, "bytes": nntest.RandomBytes} {
				t.Run(fmt.Sprintf("%s/smoothing %v/%s", name, smoothing, form),
					func(t *testing.T) { checkLayers(t, arch, draw, 8) })
			}
		}
	}
}

// checkLayers compares the loss of one step, and some elements of its gradients, with the reference's.
func checkLayers(t *testing.T, arch nn.Architecture, draw drawing, batch int) {
	t.Helper()
	for try := range uint64(100) {
		m := nntest.RandomModel(t, arch, 1+try)
		s, order := draw(batch+3, arch.Input, 3, 1+try), nntest.Counting(batch + 3)[1:batch+1]
		r := newReference(m, batch)
		x, labels := reference.Batch(s, order)
		if r.MeanLoss(x, labels); r.Kink < 0.01 {
			continue
		}
		for _, threads := range []int{1, 3} {
			e := NewEngine(kernel.Available()[0], threads)
			c := nntest.NewCollector(m)
			trainer := NewTrainer(e, m, c, s, batch+2) // the batch is shorter
			trainer.Begin(1)
			got := float64(trainer.Step(order, nil).MeanLoss())
			e.Close()
			if want := r.MeanLoss(x, labels); math.Abs(got-want) > 2e-6*(1+want) {
				t.Errorf("mean loss: wanted %v, found %v", want, got)
			}
			for i, p := range m.Params() {
				for at, n := range c.Times[i] {
					if at%(1+p.Count()/60) != 0 {
						continue
					}
					want := r.Slope(x, labels, i, at)
					if p.Fixed && n != 0 || !p.Fixed && n != 1 {
						t.Errorf("%s[%d]: wanted the gradient once, or never if it is fixed, found it %d times",
							p.Name, at, n)
					} else if got := float64(c.Gradient[i][at]); !p.Fixed && !(math.Abs(got-want) < gradientTolerance) {
						t.Errorf("%s[%d]: wanted the slope %v, found the gradient %v", p.Name, at, want, got)
					}
				}
			}
		}
		return
	}
	t.Fatal("wanted a draw without a kink close by, found none")
}

// The same bits for any number of threads and any instruction set, with every kind of layer.
func TestSameBitsOfLayers(t *testing.T) {
	for name, layers := range nntest.LayerStacks() {
		arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy, Layers: layers}
		s := nntest.RandomBytes(25, 30, 3, 1)
		var want outcome
		for form, s := range nntest.Forms(s) {
			for _, set := range kernel.Available() {
				for _, threads := range []int{1, 2, 5} {
					got := train(t, set, threads, arch, adam, s, 25, 10)
					if want.weights == "" {
						want = got
					}
					compare(t, fmt.Sprintf("%s, %s, %s, %d threads", name, form, set.Name, threads), got, want)
				}
			}
		}
	}
}

// A layer of its own computes the same bits as the activation of the Dense layer before it, backward too.
func TestSameBitsAsActivation(t *testing.T) {
	output := nntest.Dense(3, "softmax")
	for _, c := range []struct {
		activation string
		layer      nn.LayerSpec
	}{
		{"elu", nn.LayerSpec{Type: "elu", Alpha: 1}},
		{"leaky_relu", nn.LayerSpec{Type: "leaky_relu", NegativeSlope: 0.2}},
		{"relu", nn.LayerSpec{Type: "activation", Activation: "relu"}},
		{"tanh", nn.LayerSpec{Type: "activation", Activation: "tanh"}},
		{"gelu", nn.LayerSpec{Type: "activation", Activation: "gelu"}},
		{"softmax", nn.LayerSpec{Type: "activation", Activation: "softmax"}},
		{"linear", nn.LayerSpec{Type: "activation", Activation: "linear"}},
	} {
		inside := nntest.Network(30, nn.CategoricalCrossentropy, nntest.Dense(9, c.activation), output)
		apart := nntest.Network(30, nn.CategoricalCrossentropy, nntest.Dense(9, "linear"), output)
		c.layer.Name = "apart"
		apart.Layers = []nn.LayerSpec{apart.Layers[0], c.layer, apart.Layers[1]}
		s := nntest.RandomBytes(25, 30, 3, 1)
		for _, set := range kernel.Available() {
			want, got := train(t, set, 2, inside, adam, s, 25, 10), train(t, set, 2, apart, adam, s, 25, 10)
			compare(t, c.activation+" apart, "+set.Name, got, want)
		}
	}
}
