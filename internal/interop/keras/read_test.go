package keras

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/hdf5"
)

// testCase is what a program computed with its model before it saved it.
type testCase struct {
	Note    string            `json:"note"`
	Expect  string            `json:"expect"`
	Inputs  []any             `json:"inputs"`
	Outputs [][]float64       `json:"outputs"`
	Files   map[string]string `json:"files"`
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func cases(t testing.TB, folder string) map[string]testCase {
	t.Helper()
	var all map[string]testCase
	if err := json.Unmarshal(readFile(t, filepath.Join(folder, "cases.json")), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// flatten appends the numbers of nested lists in row-major order.
func flatten(x []float64, v any) []float64 {
	switch v := v.(type) {
	case float64:
		return append(x, v)
	case []any:
		for _, one := range v {
			x = flatten(x, one)
		}
	}
	return x
}

// tolerances are how much outputs that Keras computed in float16 or bfloat16 may differ from those in float64: each sum
// and each activation is rounded to 11 or 8 bits, by up to 2^-12 or 2^-9 of itself, and outputs are probabilities below
// 1. Two layers make it about twice that.
var tolerances = map[string]float64{"mixed_float16": 0x1p-11, "bfloat16": 0x1p-8}

// read reads a file of a case, .weights.h5 with the config in the .keras file beside it.
func read(t testing.TB, path string) (*chain.Chain, error) {
	t.Helper()
	if model, ok := strings.CutSuffix(path, ".weights.h5"); ok {
		return ReadWeights(readFile(t, path), readFile(t, model+".keras"), path)
	}
	return Read(readFile(t, path), path)
}

// What Keras 3 and 2 wrote gives the outputs that they computed, or is refused. testdata here is of
// scripts/interop/keras_files.py.
func TestFilesOfKeras(t *testing.T) {
	for _, folder := range []string{"../testdata/keras", "../testdata/keras2", "testdata/keras", "testdata/keras2",
		"testdata/tf2.13"} {
		for name, c := range cases(t, folder) {
			for _, file := range c.Files {
				t.Run(filepath.Join(folder, file), func(t *testing.T) {
					got, err := read(t, filepath.Join(folder, file))
					if c.Expect == "refuse" {
						if fault.KindOf(err) != fault.Data {
							t.Fatalf("wanted it refused, found %v", err)
						}
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					tolerance := 1e-5
					if more, ok := tolerances[name]; ok {
						tolerance = more
					}
					for i, x := range c.Inputs {
						if worst := difference(chaintest.Run(got, flatten(nil, x)), c.Outputs[i]); !(worst <= tolerance) {
							t.Fatalf("sample %d: outputs differ by %g", i, worst)
						}
					}
				})
			}
		}
	}
}

// difference returns the largest difference between two vectors.
func difference(y, z []float64) float64 {
	if len(y) != len(z) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range y {
		if d := math.Abs(y[i] - z[i]); !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// What is read of a file beside its weights.
func TestWhatAFileSays(t *testing.T) {
	for _, c := range []struct {
		path, program, loss string
		input               []int
		bytes               bool
		notes               []string
	}{
		{"../testdata/keras/course.keras", "Keras 3.15.1", "categorical_crossentropy", []int{784}, false, nil},
		{"../testdata/keras/uncompiled_channel.h5", "Keras 3.15.1", "", []int{28, 28, 1}, false, nil},
		{"../testdata/keras2/k2_bn.h5", "Keras 2.21.0", "categorical_crossentropy", []int{28, 28}, false, nil},
		{"../testdata/keras2/k2_bn.weights.h5", "Keras 2.21.0", "categorical_crossentropy", []int{28, 28}, false, nil},
		{"../testdata/keras/bfloat16.h5", "Keras 3.15.1", "", []int{784}, false, []string{
			"it computes with bfloat16: here with float32",
			"its weights are of type bfloat16: here they are rounded to float32"}},
		{"testdata/keras/deferred.keras", "Keras 3.15.1", "categorical_crossentropy", []int{2, 4}, false,
			[]string{"its loss was computed from logits: its outputs are not probabilities"}},
	} {
		got, err := read(t, c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Program != c.program || got.Loss != c.loss || !slices.Equal(got.Input, c.input) || got.Bytes != c.bytes ||
			!slices.Equal(got.Notes, c.notes) {
			t.Errorf("%s: %q, %q, %v, %v, %q", c.path, got.Program, got.Loss, got.Input, got.Bytes, got.Notes)
		}
	}
}

// Files that are no models say what they are.
func TestOtherFiles(t *testing.T) {
	var h hdf5.Group
	h.Floats("mesh/points", []int{1}, []float32{1})
	other, err := h.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	weights := readFile(t, "../testdata/keras/course.weights.h5")
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "empty file"},
		{"text", []byte("hello"), "found other bytes"},
		{"HDF5", other, "no model of Keras: wanted the attribute model_config, or the group layers, found mesh"},
		{"weights", weights, "a file of weights only"},
		{"zip", zipped(t, map[string]string{"data.pkl": "x"}), "wanted config.json in it, found data.pkl"},
		{"npz", zipped(t, map[string]string{"config.json": "{}", "model.weights.npz": "x"}), "model.weights.npz, which is not"},
		{"no weights", zipped(t, map[string]string{"config.json": "{}"}), "wanted model.weights.h5 in it"},
	} {
		_, err := Read(c.data, "f")
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, wanted %q", c.name, err, c.want)
		}
	}
	_, err = ReadWeights(weights, nil, "f")
	if e, ok := errors.AsType[*fault.Error](err); !ok || !strings.Contains(e.Hint, "--config") {
		t.Errorf("weights without a config: %v", err)
	}
}

// zipped returns a zip file of those texts.
func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
