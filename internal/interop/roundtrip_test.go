package interop_test

import (
	"bytes"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/interop"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// random returns a model with random weights. Its classes and, of a table, its columns have names.
func random(t *testing.T, shape []int, columns []string, layers ...nn.LayerSpec) *modelfile.Model {
	t.Helper()
	m := &modelfile.Model{Version: "0.1.0", InputShape: shape, Scale: 1. / 255, Columns: columns}
	m.Architecture = nn.Architecture{Input: nn.Shape(shape).Size(), Layers: layers}
	names := map[string]int{}
	for i := range layers {
		layers[i].Name = nn.LayerName(layers[i].Type, names[layers[i].Type])
		names[layers[i].Type]++
	}
	m.Architecture.Loss = nn.LossesFor(layers[len(layers)-1].Activation)[0]
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range m.Architecture.Params() {
		data := make([]float32, p.Count())
		for i := range data {
			data[i] = float32(r.NormFloat64() / math.Sqrt(float64(p.Shape[0])))
			if strings.HasSuffix(p.Name, "variance") {
				data[i] = 0.5 + r.Float32()
			}
		}
		m.Tensors = append(m.Tensors, modelfile.Tensor{Name: p.Name, Shape: p.Shape, Data: data})
	}
	for i := range m.Architecture.Classes() {
		m.Classes = append(m.Classes, "class "+string(rune('a'+i)))
	}
	for i := range columns {
		m.Scale = 1
		m.Mean, m.Std = append(m.Mean, float64(i)+0.25), append(m.Std, 1/float64(i+2))
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	return m
}

func dense(units int, activation string) nn.LayerSpec {
	return nn.LayerSpec{Type: "dense", Units: units, Activation: activation}
}

func layer(layerType string) nn.LayerSpec { return nn.NewLayerSpec(layerType) }

// models returns models of all kinds: images and tables, each activation, each type of layer, one output and many.
func models(t *testing.T) map[string]*modelfile.Model {
	t.Helper()
	apart := layer("activation")
	apart.Activation = "relu"
	dropout := layer("dropout")
	dropout.Rate = 0.25
	columns := []string{"length", "width", "height"}
	all := map[string]*modelfile.Model{
		"course": random(t, []int{28, 28}, nil, dense(10, "relu"), dense(7, "relu"), dense(4, "softmax")),
		"table":  random(t, []int{3}, columns, dense(5, "tanh"), dense(3, "softmax")),
		"binary": random(t, []int{3}, columns, dense(5, "relu"), dense(1, "sigmoid")),
		"layers": random(t, []int{28, 28}, nil, dense(6, "linear"), layer("batch_normalization"), apart, dropout,
			dense(5, "linear"), layer("leaky_relu"), dense(5, "linear"), layer("elu"), dense(5, "relu"),
			layer("batch_normalization"), dense(3, "softmax")),
	}
	smooth := random(t, []int{28, 28}, nil, dense(6, "relu"), dense(3, "softmax"))
	smooth.Architecture.LabelSmoothing = 0.125
	squares := random(t, []int{28, 28}, nil, dense(6, "relu"), dense(3, "softmax"))
	squares.Architecture.Loss = "mse"
	bytes := random(t, []int{28, 28}, nil, dense(6, "relu"), dense(3, "softmax"))
	bytes.Scale = 1
	all["smooth"], all["squares"], all["not scaled"] = smooth, squares, bytes
	for _, name := range nn.Activations() {
		all["with "+name] = random(t, []int{28, 28}, nil, dense(6, name), dense(3, "softmax"))
	}
	return all
}

// content returns all bytes of a file, or of the files in a folder.
func content(t *testing.T, path string) []byte {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.Bytes()
}

// TestRoundTrip writes models in each format that can be read, twice, and reads them: the bytes are the same, and the
// networks give the same for the same inputs.
func TestRoundTrip(t *testing.T) {
	written := map[string]int{}
	for name, m := range models(t) {
		for _, f := range interop.Formats() {
			ways := []interop.Writing{{}}
			switch f.Name {
			case "go", "c", "h", "html":
				continue
			case "safetensors":
				ways = append(ways, interop.Writing{Layout: "pytorch"})
			case "onnx":
				ways = append(ways, interop.Writing{Bytes: true})
			}
			for _, how := range ways {
				if how.Bytes && m.Columns != nil {
					continue // whose values are no bytes
				}
				folder := t.TempDir()
				path := filepath.Join(folder, "m."+f.Name)
				err := f.Write(t.Context(), path, chain.Of(m, "dnn"), how, "model.bin")
				if err != nil && (f.Name == "tfjs" || how.Layout == "pytorch") {
					continue // it has fewer activations
				}
				if err != nil {
					t.Errorf("%s as %s: %v", name, f.Name, err)
					continue
				}
				written[f.Name+how.Layout]++
				again := filepath.Join(folder, "again."+f.Name)
				if err := f.Write(t.Context(), again, chain.Of(m, "dnn"), how, "model.bin"); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(content(t, path), content(t, again)) {
					t.Errorf("%s as %s: wanted the same bytes twice", name, f.Name)
				}
				checkSame(t, name+" as "+f.Name+how.Layout, m, path)
			}
		}
	}
	for format, wanted := range map[string]int{
		"keras": 30, "h5": 30, "onnx": 57, "safetensorskeras": 30, "safetensors": 30, "safetensorspytorch": 20, "npz": 30, "tfjs": 17,
	} {
		if format != "safetensorskeras" && written[format] < wanted {
			t.Errorf("%s: wanted at least %d models, found %d", format, wanted, written[format])
		}
	}
}

func checkSame(t *testing.T, name string, m *modelfile.Model, path string) {
	t.Helper()
	o := interop.Options{}
	if strings.Contains(name, "weights.h5") {
		o.KerasConfig = strings.TrimSuffix(path, ".weights.h5") + ".keras"
		f, err := interop.FormatOf(o.KerasConfig, "")
		if err == nil {
			err = f.Write(t.Context(), o.KerasConfig, chain.Of(m, "dnn"), interop.Writing{}, "model.bin")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	found, notes, err := interop.Read(path, o)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, note := range notes {
		if strings.Contains(note, "does not say") {
			t.Errorf("%s: wanted a file that says all, found %q", name, note)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	inputs := make([]float64, 5*m.Architecture.Input)
	for i := range inputs {
		inputs[i] = float64(r.IntN(256))
		if m.Columns != nil {
			inputs[i] = r.NormFloat64()
		}
	}
	wanted, got := predict(t, m, inputs), predict(t, found, inputs)
	if len(wanted) != len(got) {
		t.Errorf("%s: wanted %d outputs, found %d", name, len(wanted), len(got))
		return
	}
	for i := range wanted {
		if math.Abs(wanted[i]-got[i]) > 2e-6 {
			t.Errorf("%s: output %d: wanted %v, found %v", name, i, wanted[i], got[i])
			return
		}
	}
	if a, b := m.Architecture, found.Architecture; a.Loss != b.Loss || a.LabelSmoothing != b.LabelSmoothing {
		t.Errorf("%s: wanted the loss %s, %v, found %s, %v", name, a.Loss, a.LabelSmoothing, b.Loss, b.LabelSmoothing)
	}
	if !slices.Equal(found.InputShape, m.InputShape) {
		t.Errorf("%s: wanted inputs %v, found %v", name, m.InputShape, found.InputShape)
	}
}
