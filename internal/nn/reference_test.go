package nn

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// reference computes what a network gives in float64 with plain loops. It shares no code with the package, so that a
// mistake cannot be in both.
type reference struct {
	arch   Architecture
	params [][]float64 // kernel, bias, kernel, bias, …, each row-major

	// kink is how close the last passes came to a place where the loss has no derivative (a relu at 0, a probability at
	// the end of its range) or is badly conditioned (a sum of probabilities close to 0).
	kink float64
}

func newReference(m *Sequential) *reference {
	r := &reference{arch: m.Architecture(), kink: math.Inf(1)}
	for _, p := range m.Params() {
		var values []float64
		for _, v := range p.Floats() {
			values = append(values, float64(v))
		}
		r.params = append(r.params, values)
	}
	return r
}

// outputs returns the last layer's values before and after its activation.
func (r *reference) outputs(x []float64) (z, y []float64) {
	y = x
	for l, spec := range r.arch.Layers {
		kernel, bias := r.params[2*l], r.params[2*l+1]
		z = make([]float64, spec.Units)
		for j := range z {
			z[j] = bias[j]
			for i, v := range y {
				z[j] += v * kernel[i*spec.Units+j]
			}
		}
		y = r.activate(spec.Activation, z)
	}
	return z, y
}

func (r *reference) activate(name string, z []float64) []float64 {
	y := make([]float64, len(z))
	var sum float64
	for _, v := range z {
		sum += math.Exp(v)
	}
	for j, v := range z {
		switch name {
		case "linear":
			y[j] = v
		case "relu":
			r.kink = min(r.kink, 1000*math.Abs(v)) // relu is well conditioned: being a thousandth as far away is enough
			y[j] = math.Max(v, 0)
		case "sigmoid":
			y[j] = 1 / (1 + math.Exp(-v))
		case "tanh":
			y[j] = math.Tanh(v)
		case "softmax":
			y[j] = math.Exp(v) / sum
		case "leaky_relu":
			r.kink = min(r.kink, 1000*math.Abs(v))
			y[j] = math.Max(v, 0.2*v)
		case "elu":
			y[j] = math.Max(v, 0) + math.Expm1(math.Min(v, 0))
		case "selu":
			const alpha, scale = 1.6732632423543772, 1.0507009873554805
			r.kink = min(r.kink, 1000*math.Abs(v))
			y[j] = scale * (math.Max(v, 0) + alpha*math.Expm1(math.Min(v, 0)))
		case "gelu":
			y[j] = v * math.Erfc(-v/math.Sqrt2) / 2
		case "silu":
			y[j] = v / (1 + math.Exp(-v))
		case "softplus":
			y[j] = math.Log1p(math.Exp(v))
		default:
			panic("no reference of " + name)
		}
	}
	return y
}

// loss returns the loss of one sample.
func (r *reference) loss(x []float64, label uint8) float64 {
	_, y := r.outputs(x)
	return r.lossOf(y, label)
}

// lossOf returns the loss of one sample with the outputs y, each of whose targets label smoothing moves towards their mean.
func (r *reference) lossOf(y []float64, label uint8) float64 {
	smoothing := r.arch.LabelSmoothing
	last := r.arch.Layers[len(r.arch.Layers)-1].Activation
	if r.arch.Loss == "categorical_crossentropy" {
		var total, sum float64
		for _, p := range y {
			sum += p
		}
		if last != "softmax" {
			r.kink = min(r.kink, math.Abs(sum))
		}
		for j, p := range y {
			t := smoothing / float64(len(y))
			if j == int(label) {
				t += 1 - smoothing
			}
			if t == 0 {
				continue
			}
			if last != "softmax" {
				p = r.clip(p / sum)
			}
			total -= t * math.Log(p)
		}
		return total
	}
	var sum float64
	for j, p := range y {
		t := 0.0
		if len(y) == 1 && label == 1 || len(y) > 1 && int(label) == j {
			t = 1
		}
		if r.arch.Loss != "binary_crossentropy" {
			sum += (p - t) * (p - t)
			continue
		}
		t += smoothing * (0.5 - t)
		if last != "sigmoid" {
			p = r.clip(p)
		}
		if t > 0 {
			sum -= t * math.Log(p)
		}
		if t < 1 {
			sum -= (1 - t) * math.Log(1-p)
		}
	}
	return sum / float64(len(y))
}

func (r *reference) clip(p float64) float64 {
	if p != 0 { // 0 comes from a relu only, whose own kink is elsewhere
		r.kink = min(r.kink, math.Abs(p), math.Abs(1-p))
	}
	return min(max(p, float64(float32(1e-7))), float64(float32(1-1e-7))) // Keras's bounds are float32 too: 1 - 1.19e-7
}

// meanLoss returns the mean loss over some of the samples.
func (r *reference) meanLoss(s *batch.Samples, order []int32) float64 {
	var sum float64
	for _, i := range order {
		sum += r.loss(sample(s, int(i)), s.Labels[i])
	}
	return sum / float64(len(order))
}

// slope returns the derivative of the mean loss by an element of a parameter: the central difference, whose own error is
// of the order of 1e-10.
func (r *reference) slope(s *batch.Samples, order []int32, param, element int) float64 {
	const h = 1e-6
	p := &r.params[param][element]
	saved := *p
	defer func() { *p = saved }()
	*p = saved + h
	above := r.meanLoss(s, order)
	*p = saved - h
	below := r.meanLoss(s, order)
	return (above - below) / (2 * h)
}

// sample returns the features of one sample.
func sample(s *batch.Samples, i int) []float64 {
	x := make([]float64, s.Features)
	for f := range x {
		if s.Bytes != nil {
			x[f] = float64(s.Table[s.Bytes[i*s.Features+f]])
		} else {
			x[f] = float64(s.Floats[i*s.Features+f])
		}
	}
	return x
}

// collector is an Updater that keeps the gradients and changes nothing.
type collector struct {
	mu       sync.Mutex
	gradient [][]float32 // by parameter, row-major
	times    [][]int     // how often each element's gradient came
}

func newCollector(m *Sequential) *collector {
	c := &collector{}
	for _, p := range m.Params() {
		c.gradient = append(c.gradient, make([]float32, p.Count()))
		c.times = append(c.times, make([]int, p.Count()))
	}
	return c
}

func (c *collector) Update(_ *kernel.Worker, p *Param, top, left int, g kernel.Matrix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range g.Rows {
		for j := range g.Cols {
			at := (top+i)*p.Value.Cols + left + j
			c.gradient[p.index][at] = g.Data[i*g.Stride+j]
			c.times[p.index][at]++
		}
	}
}

// checkOnce checks that a step handed over the gradient of each element exactly once.
func (c *collector) checkOnce(t *testing.T, m *Sequential) {
	t.Helper()
	for i, p := range m.Params() {
		for at, n := range c.times[i] {
			if n != 1 {
				t.Fatalf("the gradient of element %d of %s came %d times in a step", at, p.Name, n)
			}
		}
	}
}

// network returns an architecture of Dense layers: the hidden ones, then the output.
func network(features int, loss string, layers ...LayerSpec) Architecture {
	arch := Architecture{Input: features, Loss: loss}
	for i, l := range layers {
		l.Type, l.Name = "dense", "dense"
		if i > 0 {
			l.Name = "dense_" + string(rune('0'+i))
		}
		arch.Layers = append(arch.Layers, l)
	}
	return arch
}

// randomModel returns a network whose biases are not zero, as they would be at first.
func randomModel(t *testing.T, arch Architecture, seed uint64) *Sequential {
	t.Helper()
	m, err := New(arch, seed)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, p := range m.Params() {
		if len(p.Shape) == 1 && !p.Fixed { // a variance must not be negative
			values := make([]float32, p.Count())
			for i := range values {
				values[i] = rng.Float32() - 0.5
			}
			p.SetFloats(values)
		}
	}
	return m
}

// randomBytes returns samples of bytes of which about one in five is not zero, with labels below classes.
func randomBytes(count, features, classes int, seed uint64) *batch.Samples {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := &batch.Samples{Count: count, Features: features, Table: batch.PixelTable(), Bytes: make([]uint8, count*features), Labels: make([]uint8, count)}
	for i := range s.Bytes {
		if rng.IntN(5) == 0 {
			s.Bytes[i] = uint8(1 + rng.IntN(255))
		}
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// randomFloats returns samples of numbers between -1 and 1.
func randomFloats(count, features, classes int, seed uint64) *batch.Samples {
	rng := rand.New(rand.NewPCG(seed, 3))
	s := &batch.Samples{Count: count, Features: features, Floats: make([]float32, count*features), Labels: make([]uint8, count)}
	for i := range s.Floats {
		s.Floats[i] = 2*rng.Float32() - 1
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// counting returns 0, 1, …, n-1.
func counting(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}
