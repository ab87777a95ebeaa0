// Package nntest is what the tests of networks, optimizers and training steps have in common: random networks and
// samples, digests of weights, an Updater that collects gradients, and files with numbers that Keras has computed. Only
// tests import it.
package nntest

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Values that are not finite.
var (
	Inf = float32(math.Inf(1))
	NaN = float32(math.NaN())
)

// Collector is an Updater that keeps the gradients and changes nothing.
type Collector struct {
	mu       sync.Mutex
	Gradient [][]float32 // by parameter, row-major
	Times    [][]int     // how often Update was given each element
}

// NewCollector returns a collector of the gradients of m.
func NewCollector(m *nn.Sequential) *Collector {
	c := &Collector{}
	for _, p := range m.Params() {
		c.Gradient = append(c.Gradient, make([]float32, p.Count()))
		c.Times = append(c.Times, make([]int, p.Count()))
	}
	return c
}

// Update keeps a block of gradient.
func (c *Collector) Update(_ *kernel.Worker, p *nn.Param, top, left int, g kernel.Matrix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range g.Rows {
		for j := range g.Cols {
			at := (top+i)*p.Value.Cols + left + j
			c.Gradient[p.Index][at] = g.Data[i*g.Stride+j]
			c.Times[p.Index][at]++
		}
	}
}

// CheckOnce fails the test unless Update was given the gradient of each element exactly once.
func (c *Collector) CheckOnce(t *testing.T, m *nn.Sequential) {
	t.Helper()
	for i, p := range m.Params() {
		for at, n := range c.Times[i] {
			if n != 1 {
				t.Fatalf("element %d of %s: wanted its gradient once in a step, found it %d times", at, p.Name, n)
			}
		}
	}
}

// Dense returns a Dense layer without a name, for Network.
func Dense(units int, activation string) nn.LayerSpec {
	return nn.LayerSpec{Type: "dense", Units: units, Activation: activation}
}

// Network returns an architecture of the given layers, which are made Dense and named: the hidden ones, then the
// output.
func Network(features int, loss string, layers ...nn.LayerSpec) nn.Architecture {
	arch := nn.Architecture{Input: features, Loss: loss}
	for i, l := range layers {
		l.Type, l.Name = "dense", nn.LayerName("dense", i)
		arch.Layers = append(arch.Layers, l)
	}
	return arch
}

// RandomModel returns a network with random weights, the biases included, which New sets to 0.
func RandomModel(t *testing.T, arch nn.Architecture, seed uint64) *nn.Sequential {
	t.Helper()
	m, err := nn.New(arch, seed)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, p := range m.Params() {
		if len(p.Shape) == 1 && !p.Fixed { // not a variance, which must not be negative
			values := make([]float32, p.Count())
			for i := range values {
				values[i] = rng.Float32() - 0.5
			}
			p.SetFloats(values)
		}
	}
	return m
}

// RandomBytes returns samples of bytes, about one in five of which is not zero, with labels below classes.
func RandomBytes(count, features, classes int, seed uint64) *batch.Samples {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := &batch.Samples{
		Count: count, Features: features, Table: batch.PixelTable(),
		Bytes: make([]uint8, count*features), Labels: make([]uint8, count),
	}
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

// RandomFloats returns samples of floats between -1 and 1, with labels below classes.
func RandomFloats(count, features, classes int, seed uint64) *batch.Samples {
	rng := rand.New(rand.NewPCG(seed, 3))
	s := &batch.Samples{
		Count: count, Features: features, Floats: make([]float32, count*features), Labels: make([]uint8, count),
	}
	for i := range s.Floats {
		s.Floats[i] = 2*rng.Float32() - 1
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// Counting returns 0, 1, …, n-1.
func Counting(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// Digest returns a hash of the bits of all parameters.
func Digest(m *nn.Sequential) string {
	h := sha256.New()
	for _, p := range m.Params() {
		for _, v := range p.Floats() {
			_, _ = h.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Forms returns the same samples in each form that the first layer can read: bytes, nonzero only; bytes, all; and
// floats. The first two differ in whether most bytes are zero, so the second has as many samples without zeros after
// its own.
func Forms(s *batch.Samples) map[string]*batch.Samples {
	dense := *s
	dense.Count = 2 * s.Count
	dense.Bytes, dense.Labels = slices.Clone(s.Bytes), slices.Concat(s.Labels, s.Labels)
	for range s.Bytes {
		dense.Bytes = append(dense.Bytes, 255)
	}
	floats := &batch.Samples{Count: s.Count, Features: s.Features, Labels: s.Labels}
	for _, b := range s.Bytes {
		floats.Floats = append(floats.Floats, s.Table[b])
	}
	return map[string]*batch.Samples{"bytes, nonzero only": s, "bytes, all": &dense, "floats": floats}
}

// LayerStacks returns networks of all kinds of layers, in orders for which a step has different phases.
func LayerStacks() map[string][]nn.LayerSpec {
	normalization := nn.LayerSpec{Type: "batch_normalization", Momentum: 0.9, Epsilon: 0.001}
	dropout := nn.LayerSpec{Type: "dropout", Rate: 0.4}
	activation := func(name string) nn.LayerSpec { return nn.LayerSpec{Type: "activation", Activation: name} }
	leaky, elu := nn.LayerSpec{Type: "leaky_relu", NegativeSlope: 0.3}, nn.LayerSpec{Type: "elu", Alpha: 1.7}
	regular := nn.LayerSpec{Type: "dense", Units: 7, Activation: "tanh", L1: 0.02, L2: 0.03}
	output := Dense(3, "softmax")
	all := map[string][]nn.LayerSpec{
		"normalized input layer": {Dense(5, "tanh"), normalization, output},
		"normalized gelu":        {Dense(20, "gelu"), normalization, output},
		"normalized twice": {
			Dense(5, "tanh"), normalization, Dense(6, "silu"), normalization, Dense(4, "elu"), output,
		},
		"normalized in a row":       {Dense(5, "tanh"), normalization, normalization, output},
		"normalized before dropout": {Dense(5, "linear"), normalization, dropout, Dense(17, "softplus"), output},
		"dropout":                   {Dense(40, "tanh"), dropout, Dense(9, "selu"), dropout, output},
		"dropout before normalized": {Dense(18, "sigmoid"), dropout, normalization, Dense(4, "tanh"), dropout, output},
		"regularized":               {regular, regular, {Type: "dense", Units: 3, Activation: "softmax", L1: 0.01}},
		"regularized panels":        {{Type: "dense", Units: 140, Activation: "tanh", L1: 0.02, L2: 0.03}, output},
		"activation":                {Dense(18, "linear"), normalization, activation("tanh"), Dense(5, "linear"), activation("silu"), output},
		"activations in a row":      {Dense(5, "tanh"), activation("softmax"), activation("gelu"), activation("linear"), output},
		"relu apart":                {Dense(9, "linear"), activation("relu"), dropout, output},
		"leaky":                     {Dense(9, "linear"), leaky, Dense(6, "gelu"), leaky, dropout, output},
		"elu":                       {Dense(17, "linear"), normalization, elu, Dense(5, "tanh"), elu, normalization, output},
		"slope at the end":          {Dense(4, "tanh"), normalization, Dense(3, "gelu")},
	}
	for _, layers := range all {
		seen := map[string]int{}
		for i := range layers {
			l := &layers[i]
			l.Name = nn.LayerName(l.Type, seen[l.Type])
			seen[l.Type]++
		}
	}
	return all
}

// Worker returns a worker with the first of the available kernels.
func Worker() *kernel.Worker { return &kernel.Worker{Set: kernel.Available()[0]} }

// Finite reports whether v is neither infinite nor NaN.
func Finite(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// Describe returns a name for an architecture of Dense layers, such as 784-100 relu-10 softmax mse.
func Describe(arch nn.Architecture) string {
	text := fmt.Sprint(arch.Input)
	for _, l := range arch.Layers {
		text += fmt.Sprintf("-%d %s", l.Units, l.Activation)
	}
	return text + " " + arch.Loss
}

//go:embed testdata
var files embed.FS

// Read reads a file of numbers that Keras has computed. scripts/keras/fixtures.py and fixtures_training.py write these
// files, and say how.
func Read(t *testing.T, name string, into any) {
	t.Helper()
	data, err := files.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Files returns the names of the files for Read that match a pattern.
func Files(t *testing.T, pattern string) []string {
	t.Helper()
	folder, err := fs.Sub(files, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(folder, pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("wanted files called %s in testdata, found none: %v", pattern, err)
	}
	return names
}

// Near compares numbers with Keras's. Their error may be tolerance: absolute, or relative for numbers above 1.
func Near(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: wanted Keras's %d elements, found %d", what, len(want), len(got))
	}
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s: element %d: wanted Keras's %v, found %v", what, i, want[i], got[i])
		}
	}
}
