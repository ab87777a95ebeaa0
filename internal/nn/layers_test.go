package nn

import (
	"fmt"
	"math"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// batchReference is a reference of networks in which samples depend on each other or on random numbers, and whose weights
// add to the loss: it passes a whole batch in training.
type batchReference struct {
	*reference
	masks map[string][][]float64 // of each Dropout, [rows][features]
}

// meanLoss returns the mean loss of a batch with what the weights add.
func (r *batchReference) meanLoss(s *batch.Samples, order []int32) float64 {
	var y [][]float64
	for _, i := range order {
		y = append(y, sample(s, int(i)))
	}
	penalty, next := 0.0, 0
	for _, l := range r.arch.Layers {
		count := len(l.kind().params(l, len(y[0])))
		params := r.params[next : next+count]
		next += count
		switch l.Type {
		case "dense":
			for i, x := range y {
				z := append([]float64(nil), params[1]...)
				for f, v := range x {
					for j := range z {
						z[j] += v * params[0][f*l.Units+j]
					}
				}
				y[i] = r.activate(l.Activation, z)
			}
			for _, w := range params[0] {
				if l.L1 > 0 {
					r.kink = min(r.kink, 1e5*math.Abs(w))
				}
				penalty += l.L1*math.Abs(w) + l.L2*w*w
			}
		case "batch_normalization":
			standardize(y, params[0], params[1], l.Epsilon)
		case "dropout":
			for i, x := range y {
				for f := range x {
					x[f] *= r.masks[l.Name][i][f]
				}
			}
		}
	}
	sum := 0.0
	for i, y := range y {
		sum += r.lossOf(y, s.Labels[order[i]])
	}
	return sum/float64(len(y)) + penalty
}

// standardize normalizes a batch's features by their own mean and variance.
func standardize(y [][]float64, gamma, beta []float64, epsilon float64) {
	n := float64(len(y))
	for f := range y[0] {
		var mean, variance float64
		for _, x := range y {
			mean += x[f] / n
		}
		for _, x := range y {
			variance += (x[f] - mean) * (x[f] - mean) / n
		}
		for _, x := range y {
			x[f] = gamma[f]*(x[f]-mean)/math.Sqrt(variance+epsilon) + beta[f]
		}
	}
}

func (r *batchReference) slope(s *batch.Samples, order []int32, param, element int) float64 {
	const h = 1e-6
	p := &r.params[param][element]
	saved := *p
	defer func() { *p = saved }()
	*p = saved + h
	above := r.meanLoss(s, order)
	*p = saved - h
	return (above - r.meanLoss(s, order)) / (2 * h)
}

// newBatchReference returns the reference of m in its first step of the first epoch. What a Dropout drops is taken from
// itself: it makes ones of what it keeps.
func newBatchReference(m *Sequential, batch int) *batchReference {
	r := &batchReference{newReference(m), map[string][][]float64{}}
	for i, l := range m.layers {
		d, ok := l.(*Dropout)
		if !ok {
			continue
		}
		x, y := kernel.NewMatrix(batch, m.units[i]), kernel.NewMatrix(batch, m.units[i])
		for j := range x.Data {
			x.Data[j] = 1
		}
		d.Forward(nil, Pass{Train: true, Seed: m.seed, Epoch: 1, Step: 1}, x, y)
		mask := make([][]float64, batch)
		for b := range mask {
			for _, v := range y.Row(b) {
				mask[b] = append(mask[b], float64(v))
			}
		}
		r.masks[d.name] = mask
	}
	return r
}

// layerStacks are networks of all kinds of layers, in orders in which a step has to go through them differently.
func layerStacks() map[string][]LayerSpec {
	dense := func(units int, activation string) LayerSpec {
		return LayerSpec{Type: "dense", Units: units, Activation: activation}
	}
	normalization := LayerSpec{Type: "batch_normalization", Momentum: 0.9, Epsilon: 0.001}
	dropout := LayerSpec{Type: "dropout", Rate: 0.4}
	regular := LayerSpec{Type: "dense", Units: 7, Activation: "tanh", L1: 0.02, L2: 0.03}
	output := dense(3, "softmax")
	all := map[string][]LayerSpec{
		"normalized input layer":    {dense(5, "tanh"), normalization, output},
		"normalized gelu":           {dense(20, "gelu"), normalization, output},
		"normalized twice":          {dense(5, "tanh"), normalization, dense(6, "silu"), normalization, dense(4, "elu"), output},
		"normalized in a row":       {dense(5, "tanh"), normalization, normalization, output},
		"normalized before dropout": {dense(5, "linear"), normalization, dropout, dense(17, "softplus"), output},
		"dropout":                   {dense(40, "tanh"), dropout, dense(9, "selu"), dropout, output},
		"dropout before normalized": {dense(18, "sigmoid"), dropout, normalization, dense(4, "tanh"), dropout, output},
		"regularized":               {regular, regular, {Type: "dense", Units: 3, Activation: "softmax", L1: 0.01}},
		"regularized panels":        {{Type: "dense", Units: 140, Activation: "tanh", L1: 0.02, L2: 0.03}, output},
		"slope at the end":          {dense(4, "tanh"), normalization, dense(3, "gelu")},
	}
	for _, layers := range all {
		seen := map[string]int{}
		for i := range layers {
			l := &layers[i]
			l.Name = LayerName(l.Type, seen[l.Type])
			seen[l.Type]++
		}
	}
	return all
}

func TestGradientOfLayers(t *testing.T) {
	for name, layers := range layerStacks() {
		for _, smoothing := range []float64{0, 0.1} {
			arch := Architecture{Input: 6, Loss: categoricalName, LabelSmoothing: smoothing, Layers: layers}
			if name == "slope at the end" {
				arch.Loss, arch.LabelSmoothing = "mse", 0
			}
			for form, draw := range map[string]func(count, features, classes int, seed uint64) *batch.Samples{"floats": randomFloats, "bytes": randomBytes} {
				t.Run(fmt.Sprintf("%s/smoothing %v/%s", name, smoothing, form), func(t *testing.T) { checkLayers(t, arch, draw, 8) })
			}
		}
	}
}

// checkLayers compares the loss and some of the gradients of one step with the reference's.
func checkLayers(t *testing.T, arch Architecture, draw func(count, features, classes int, seed uint64) *batch.Samples, batch int) {
	t.Helper()
	for try := range uint64(100) {
		m := randomModel(t, arch, 1+try)
		s, order := draw(batch+3, arch.Input, 3, 1+try), counting(batch + 3)[1:batch+1]
		r := newBatchReference(m, batch)
		if r.meanLoss(s, order); r.kink < 0.01 {
			continue
		}
		for _, threads := range []int{1, 3} {
			e := NewEngine(kernel.Available()[0], threads)
			c := newCollector(m)
			trainer := NewTrainer(e, m, c, s, batch+2) // a partial batch
			trainer.Begin(1)
			got := float64(trainer.Step(order, nil).MeanLoss())
			e.Close()
			if want := r.meanLoss(s, order); math.Abs(got-want) > 2e-6*(1+want) {
				t.Errorf("mean loss %v, want %v", got, want)
			}
			for i, p := range m.Params() {
				for at, n := range c.times[i] {
					if at%(1+p.Count()/60) != 0 {
						continue
					}
					want := r.slope(s, order, i, at)
					if p.Fixed && n != 0 || !p.Fixed && n != 1 {
						t.Errorf("%s[%d]: the gradient came %d times", p.Name, at, n)
					} else if got := float64(c.gradient[i][at]); !p.Fixed && !(math.Abs(got-want) < gradientTolerance) {
						t.Errorf("%s[%d]: gradient %v, slope %v", p.Name, at, got, want)
					}
				}
			}
		}
		return
	}
	t.Fatal("no draw without a kink close by")
}

// The same bits for any number of threads and any instruction set, with every kind of layer.
func TestSameBitsOfLayers(t *testing.T) {
	for name, layers := range layerStacks() {
		arch := Architecture{Input: 30, Loss: categoricalName, Layers: layers}
		s := randomBytes(25, 30, 3, 1)
		var want outcome
		for form, s := range forms(s) {
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
