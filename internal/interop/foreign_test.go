package interop_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/interop"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// foreign is a network of testdata/FOLDER/cases.json: inputs, and what the program that wrote its files made of them.
type foreign struct {
	Expect        string
	Inputs        any
	Input         any // in folder onnx
	Outputs       any
	Softmax       any `json:"outputs_softmax"`
	Probabilities any `json:"outputs_logits"` // of a network that ends with softmax itself
	Files         map[string]string
	File          string
}

// numbers returns the numbers in nested lists, in order. Of a mapping, it takes the values by the order of its keys as
// numbers: scikit-learn's probabilities by class.
func numbers(v any) (all []float64) {
	switch v := v.(type) {
	case float64:
		return []float64{v}
	case []any:
		for _, e := range v {
			all = append(all, numbers(e)...)
		}
	case map[string]any:
		keys := slices.SortedFunc(maps.Keys(v), func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		})
		for _, k := range keys {
			all = append(all, numbers(v[k])...)
		}
	}
	return all
}

// outputs returns the probabilities that the case's program gave.
func (c foreign) outputs(name string) []float64 {
	if named, ok := c.Outputs.(map[string]any); ok {
		for _, key := range []string{"probabilities", "output_probability", "Identity:0"} {
			if named[key] != nil {
				return numbers(named[key])
			}
		}
	}
	switch {
	case c.Outputs != nil:
		return numbers(c.Outputs)
	case name == "seq_bn":
		return numbers(c.Probabilities)
	}
	return numbers(c.Softmax)
}

// predict returns what a model gives for inputs as its file takes them.
func predict(t *testing.T, m *modelfile.Model, inputs []float64) []float64 {
	t.Helper()
	network, err := m.Network("m")
	if err != nil {
		t.Fatal(err)
	}
	n := m.Architecture.Input
	s := &batch.Samples{Count: len(inputs) / n, Features: n, Floats: make([]float32, len(inputs))}
	for i, x := range inputs {
		if len(m.Columns) > 0 {
			s.Floats[i] = float32((x - m.Mean[i%n]) / m.Std[i%n])
		} else {
			s.Floats[i] = float32(x * m.Scale)
		}
	}
	var all []float64
	p := step.NewPredictor(kernel.Available()[0], network, s)
	for _, y := range p.Predict(s, kernel.Span{Lo: 0, Hi: s.Count}).Outputs.Flatten() {
		all = append(all, float64(y))
	}
	return all
}

// unsaid returns the experiment that says what files of weights only do not: all are those of networks with relu, but for
// PyTorch's seq_bn.
func unsaid(t *testing.T, name string) *config.Resolved {
	t.Helper()
	text := "layers: [12, 8]"
	if name == "seq_bn" {
		text = "layers: [{dense: 12, activation: linear}, {batch_normalization: {epsilon: 1.0e-5}}, {activation: gelu}, " +
			"{dense: 8, activation: linear}, {leaky_relu: {negative_slope: 0.1}}]"
	}
	r, err := config.Load(config.Options{Path: "like.yaml", Read: func(string) ([]byte, error) { return []byte(text), nil }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refused says why files that are no networks of this program are refused, by a part of their names.
var refused = map[string]string{
	"refuse_conv":              "Conv2D",
	"refuse_lambda":            "Lambda",
	".whole.pt":                "model.state_dict()",
	"keras_everything_":        "Erfc",
	"keras_normalization.onnx": "wanted one input, found 3",
}

// TestForeign reads all files of testdata, which other programs wrote, and compares what their networks give with what
// these programs said.
func TestForeign(t *testing.T) {
	read := map[string]bool{}
	for _, folder := range []string{"keras", "keras2", "onnx", "pytorch"} {
		text, err := os.ReadFile(filepath.Join("testdata", folder, "cases.json"))
		if err != nil {
			t.Fatal(err)
		}
		var cases map[string]foreign
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		for name, c := range cases {
			files := slices.Sorted(maps.Values(c.Files))
			if c.File != "" {
				files = []string{c.File}
			}
			if name == "course" {
				files = append(files, "course.npz", "course_compressed.npz", "course.safetensors", "variant_gzip.weights.h5",
					"variant_latest.weights.h5")
			}
			for _, f := range files {
				path := filepath.Join("testdata", folder, f)
				if _, err := os.Stat(path); err != nil {
					continue // a .pt2 that is not here
				}
				read[path] = true
				t.Run(folder+"/"+f, func(t *testing.T) { checkForeign(t, c, name, path) })
			}
		}
	}
	if len(read) < 60 {
		t.Errorf("wanted more than 60 files, found %d", len(read))
	}
}

func checkForeign(t *testing.T, c foreign, name, path string) {
	t.Parallel()
	o := interop.Options{Scale: 1}
	if name != "seq_bn" || !strings.HasSuffix(path, ".onnx") {
		o.Like = unsaid(t, name)
	}
	if strings.HasSuffix(path, ".weights.h5") {
		o.KerasConfig = filepath.Join(filepath.Dir(path), name+".keras")
	}
	if name == "normalization" || strings.HasPrefix(filepath.Base(path), "skl") || strings.Contains(path, "deferred") {
		o.Like = nil
	}
	m, _, err := interop.Read(path, o)
	for part, why := range refused {
		if base := filepath.Base(path); strings.HasSuffix(base, part) || strings.Contains(base, part) && part[0] != '.' {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != fault.Data || !strings.Contains(f.Error()+f.Hint, why) || f.Where != path {
				t.Errorf("wanted an error that names %s, found %v", why, err)
			}
			return
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs := numbers(c.Inputs)
	if inputs == nil {
		inputs = numbers(c.Input)
	}
	wanted, found := c.outputs(name), predict(t, m, inputs)
	tolerance := 1e-5
	if name == "bfloat16" || name == "mixed_float16" {
		tolerance = 5e-3 // the program computed in this type
	}
	if len(found) != len(wanted) {
		if len(found) == len(wanted)/2 { // one unit, of which scikit-learn gives two probabilities
			for i := range found {
				wanted[i] = wanted[2*i+1]
			}
		} else {
			t.Fatalf("wanted %d outputs, found %d", len(wanted), len(found))
		}
	}
	for i := range found {
		if math.Abs(found[i]-wanted[i]) > tolerance {
			t.Fatalf("output %d: wanted %v, found %v", i, wanted[i], found[i])
		}
	}
}
