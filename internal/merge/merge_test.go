package merge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/augment"
	"dnn/internal/history"
	"dnn/internal/merge"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/step"
)

// The images of these tests.
const (
	rows, cols = 3, 5
	classes    = 4
)

// arch returns a network for these images. A number is a hidden layer of so many relu units, and other layers are
// specs. The output layer is softmax.
func arch(layers ...any) nn.Architecture {
	a := nn.Architecture{Input: rows * cols, Loss: nn.CategoricalCrossentropy}
	count := map[string]int{}
	for _, l := range append(slices.Clone(layers), nntest.Dense(classes, "softmax")) {
		spec, ok := l.(nn.LayerSpec)
		if units, isNumber := l.(int); isNumber {
			spec, ok = nntest.Dense(units, "relu"), true
		}
		if !ok {
			panic(fmt.Sprintf("wanted a number or a layer, found %v", l))
		}
		spec.Name = nn.LayerName(spec.Type, count[spec.Type])
		count[spec.Type]++
		a.Layers = append(a.Layers, spec)
	}
	return a
}

var (
	dropout       = nn.LayerSpec{Type: "dropout", Rate: 0.3}
	normalization = nn.LayerSpec{Type: "batch_normalization", Momentum: 0.9, Epsilon: 0.001}
)

// apart returns an activation as a layer of its own.
func apart(name string) nn.LayerSpec { return nn.LayerSpec{Type: "activation", Activation: name} }

// model returns a model of images with random weights, which are other ones for each seed.
func model(t *testing.T, a nn.Architecture, seed uint64) *modelfile.Model {
	t.Helper()
	network := nntest.RandomModel(t, a, seed)
	rng := rand.New(rand.NewPCG(seed, 7))
	for _, p := range network.Params() {
		if p.Fixed {
			values := make([]float32, p.Count())
			for i := range values {
				values[i] = 0.1 + 2*rng.Float32()
			}
			p.SetFloats(values)
		}
	}
	m := &modelfile.Model{
		Version: "0.1.0", Seed: seed, Dataset: "mnist", DataHash: "1f2e", InputShape: []int{rows, cols}, Scale: 1.0 / 255,
		Classes: []string{"0", "1", "2", "3"}, Config: json.RawMessage(`{"dataset":"mnist","epochs":3}`),
		History: history.Epochs{{Epoch: 1, Loss: 0.5, Accuracy: 0.75, LearningRate: 0.001}},
	}
	m.Store(network)
	return m
}

// save writes the models to files of a folder that the test is then in, a.bin, b.bin, …, and returns their names.
func save(t *testing.T, models ...*modelfile.Model) []string {
	t.Helper()
	t.Chdir(t.TempDir())
	var names []string
	for i, m := range models {
		name := string(rune('a'+i)) + ".bin"
		var err error
		if m.SHA256, err = modelfile.Write(name, m); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// merged reads and merges the models at paths.
func merged(t *testing.T, paths []string, views ...string) *modelfile.Model {
	t.Helper()
	mean, err := merge.Read(paths, views, modelfile.Read)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mean.Model("0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modelfile.Encode(&bytes.Buffer{}, m); err != nil {
		t.Fatalf("the merged model cannot be written: %v", err)
	}
	if diff := cmp.Diff(mean.Architecture(), m.Architecture); diff != "" {
		t.Errorf("the architecture that was announced (-) and the model's (+):\n%s", diff)
	}
	return m
}

// logits returns what a model computes before the activation of the output layer, row by row.
func logits(t *testing.T, m *modelfile.Model, s *batch.Samples) []float64 {
	t.Helper()
	bare := *m
	bare.Architecture.Layers = slices.Clone(m.Architecture.Layers)
	bare.Architecture.Layers[len(bare.Architecture.Layers)-1].Activation = "linear"
	bare.Architecture.Loss = "mse"
	network, err := bare.Network("m.bin")
	if err != nil {
		t.Fatal(err)
	}
	y := step.NewPredictor(kernel.Available()[0], network, s).Predict(s, kernel.Span{Lo: 0, Hi: s.Count}).Outputs
	var all []float64
	for r := range y.Rows {
		for _, v := range y.Row(r) {
			all = append(all, float64(v))
		}
	}
	return all
}

// flipped returns the images with left and right, or top and bottom, in each other's place.
func flipped(s *batch.Samples, name string) *batch.Samples {
	other := *s
	other.Bytes = make([]uint8, len(s.Bytes))
	for i := range s.Count {
		for r := range rows {
			for c := range cols {
				y, x := r, cols-1-c
				if name == "vertical_flip" {
					y, x = rows-1-r, c
				}
				other.Bytes[(i*rows+r)*cols+c] = s.Bytes[(i*rows+y)*cols+x]
			}
		}
	}
	return &other
}

func checkNear(t *testing.T, found, wanted []float64) {
	t.Helper()
	for i := range wanted {
		if math.Abs(found[i]-wanted[i]) > 2e-6*max(1, math.Abs(wanted[i])) {
			t.Fatalf("logit %d: wanted the mean, %v, found %v", i, wanted[i], found[i])
		}
	}
}

// TestMean compares the logits of merged networks with the mean of those of the parts.
func TestMean(t *testing.T) {
	tanh, gelu := nntest.Dense(6, "tanh"), nntest.Dense(9, "gelu")
	for _, c := range []struct {
		name   string
		parts  []nn.Architecture
		views  []string
		layers string // of the merged network
	}{
		{"no hidden layer", []nn.Architecture{arch(), arch(), arch()}, nil, "4 softmax"},
		{"one hidden layer", []nn.Architecture{arch(7), arch(7)}, nil, "14 relu, 4 softmax"},
		{"three layers", []nn.Architecture{arch(7, 5, 3), arch(7, 5, 3), arch(7, 5, 3)}, nil,
			"21 relu, 15 relu, 9 relu, 4 softmax"},
		{"other widths", []nn.Architecture{arch(7, 5), arch(2, 11), arch(1, 1)}, nil, "10 relu, 17 relu, 4 softmax"},
		{"other activations", []nn.Architecture{arch(3, tanh, gelu), arch(4, tanh, gelu)}, nil,
			"7 relu, 12 tanh, 18 gelu, 4 softmax"},
		{"dropout", []nn.Architecture{arch(7, dropout, 5, dropout), arch(7, 5, dropout), arch(7, 5)}, nil,
			"21 relu, 15 relu, 4 softmax"},
		{"normalization", []nn.Architecture{arch(7, normalization, 5, normalization), arch(7, 5), arch(6, normalization, 5)},
			nil, "20 relu, 15 relu, 4 softmax"},
		{"normalization twice, and dropout", []nn.Architecture{
			arch(7, normalization, dropout, normalization, tanh, dropout, normalization), arch(7, tanh)}, nil,
			"14 relu, 12 tanh, 4 softmax"},
		{"linear before normalization", []nn.Architecture{arch(nntest.Dense(5, "linear"), normalization, 3)}, nil,
			"5 linear, 3 relu, 4 softmax"},
		{"activations apart", []nn.Architecture{arch(7, tanh),
			arch(nntest.Dense(5, "linear"), apart("relu"), nntest.Dense(3, "linear"), dropout, apart("linear"), apart("tanh"))},
			nil, "12 relu, 9 tanh, 4 softmax"},
		{"normalized before activations apart", []nn.Architecture{
			arch(nntest.Dense(5, "linear"), normalization, dropout, normalization, apart("relu"), normalization,
				nntest.Dense(3, "linear"), normalization, apart("tanh")),
			arch(7, tanh)}, nil, "12 relu, 9 tanh, 4 softmax"},
		{"units apart", []nn.Architecture{arch(nntest.Dense(7, "leaky_relu"), nntest.Dense(5, "elu")),
			arch(nntest.Dense(5, "linear"), nn.LayerSpec{Type: "leaky_relu", NegativeSlope: 0.2},
				nntest.Dense(3, "linear"), nn.LayerSpec{Type: "elu", Alpha: 1})},
			nil, "12 leaky_relu, 8 elu, 4 softmax"},
		{"one model, folded", []nn.Architecture{arch(7, normalization, dropout, 5)}, nil, "7 relu, 5 relu, 4 softmax"},
		{"softmax inside, alone", []nn.Architecture{arch(7, nntest.Dense(3, "softmax"), normalization)}, nil,
			"7 relu, 3 softmax, 4 softmax"},
		{"one model, in a mirror", []nn.Architecture{arch(7, 5)}, []string{"horizontal_flip"},
			"14 relu, 10 relu, 4 softmax"},
		{"upside down, without hidden layers", []nn.Architecture{arch()}, []string{"vertical_flip"}, "4 softmax"},
		{"all views", []nn.Architecture{arch(7, normalization, 5), arch(4, dropout, 3)},
			[]string{"vertical_flip", "horizontal_flip"}, "33 relu, 24 relu, 4 softmax"},
	} {
		t.Run(c.name, func(t *testing.T) {
			samples := nntest.RandomBytes(20, rows*cols, classes, 5)
			var models []*modelfile.Model
			wanted := make([]float64, samples.Count*classes)
			for i, a := range c.parts {
				m := model(t, a, uint64(i+1))
				models = append(models, m)
				seen := []*batch.Samples{samples}
				for _, v := range c.views {
					seen = append(seen, flipped(samples, v))
				}
				for _, s := range seen {
					for j, z := range logits(t, m, s) {
						wanted[j] += z / float64(len(c.parts)*(1+len(c.views)))
					}
				}
			}
			m := merged(t, save(t, models...), c.views...)
			var layers []string
			for _, l := range m.Architecture.Layers {
				layers = append(layers, fmt.Sprint(l.Units, " ", l.Activation))
			}
			if found := strings.Join(layers, ", "); found != c.layers {
				t.Errorf("wanted the layers %s, found %s", c.layers, found)
			}
			checkNear(t, logits(t, m, samples), wanted)
		})
	}
}

// TestOneModelIsKept checks that a model with nothing to fold keeps its weights to the bit, and its history.
func TestOneModelIsKept(t *testing.T) {
	m := model(t, arch(7, 5), 1)
	found := merged(t, save(t, m))
	if diff := cmp.Diff(m.Tensors, found.Tensors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(m.History, found.History); diff != "" {
		t.Error(diff)
	}
}

// TestRecord checks what a merged model says of itself, and that the same models give the same bytes.
func TestRecord(t *testing.T) {
	a, b := model(t, arch(7, normalization, 5), 3), model(t, arch(4, 6), 2)
	a.Teachers, b.Teachers = []string{"t1", "t2"}, []string{"t2", "t3"}
	a.Config = json.RawMessage(`{"activation":"tanh","epochs":3,"layers":[7,5]}`)
	a.Architecture.LabelSmoothing = 0.1
	a.RateChanges = history.RateChanges{{Step: 3, Factor: 0.5}}
	paths := save(t, a, b)
	m := merged(t, paths, "horizontal_flip")
	wanted := []modelfile.Part{
		{SHA256: a.SHA256}, {SHA256: a.SHA256, View: "horizontal_flip"},
		{SHA256: b.SHA256}, {SHA256: b.SHA256, View: "horizontal_flip"},
	}
	if diff := cmp.Diff(wanted, m.Merged); diff != "" {
		t.Errorf("parts (-wanted +found):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"t1", "t2", "t3"}, m.Teachers); diff != "" {
		t.Errorf("teachers (-wanted +found):\n%s", diff)
	}
	if m.Seed != 3 || m.Dataset != "mnist" || m.DataHash != "1f2e" || len(m.History) != 0 || m.RateChanges != nil || len(m.Classes) != classes ||
		m.Architecture.LabelSmoothing != 0.1 {
		t.Errorf("wanted the first model's record without a history, found %+v", m)
	}
	var settings struct{ Layers []any }
	if err := json.Unmarshal(m.Config, &settings); err != nil {
		t.Fatal(err)
	}
	layers := []any{map[string]any{"dense": 22.0, "activation": "relu"}, map[string]any{"dense": 22.0, "activation": "relu"}}
	if diff := cmp.Diff(layers, settings.Layers); diff != "" {
		t.Errorf("layers of the experiment (-wanted +found):\n%s", diff)
	}

	again := merged(t, paths, "horizontal_flip")
	if diff := cmp.Diff(m, again); diff != "" {
		t.Errorf("merged again:\n%s", diff)
	}
	file, err := filepath.Glob("*")
	if err != nil || len(file) != 2 {
		t.Errorf("wanted no file but the models, found %v, %v", file, err)
	}
}

// TestViewsAreDistortions checks that a view has the name of the distortion that does the same at random.
func TestViewsAreDistortions(t *testing.T) {
	var names []string
	for _, s := range new(augment.Flips).Settings() {
		names = append(names, s.Name)
	}
	if !slices.Equal(names, merge.Views()) {
		t.Errorf("wanted the views %v, found %v", names, merge.Views())
	}
}
