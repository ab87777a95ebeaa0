package onnx

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
)

// readFile reads a model, and what lies beside it.
func readFile(t *testing.T, path string) (*chain.Chain, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Read(data, path, func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(path), name)) })
}

// numbers returns the rows of nested lists of JSON, each flattened.
func numbers(t *testing.T, raw json.RawMessage) [][]float64 {
	t.Helper()
	var samples []any
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	var flat func(v any) []float64
	flat = func(v any) []float64 {
		if x, ok := v.(float64); ok {
			return []float64{x}
		}
		var all []float64
		for _, x := range v.([]any) {
			all = append(all, flat(x)...)
		}
		return all
	}
	var rows [][]float64
	for _, s := range samples {
		rows = append(rows, flat(s))
	}
	return rows
}

// compare fails if c gives other outputs than those wanted. Of two classes c may give the second one alone.
func compare(t *testing.T, c *chain.Chain, inputs, wanted [][]float64, within float64) {
	t.Helper()
	if len(inputs) == 0 || len(inputs) != len(wanted) {
		t.Fatalf("%d inputs, %d outputs", len(inputs), len(wanted))
	}
	for i, x := range inputs {
		got := chaintest.Run(c, x)
		if len(got) == 1 && len(wanted[i]) == 2 {
			got = []float64{1 - got[0], got[0]}
		}
		if len(got) != len(wanted[i]) {
			t.Fatalf("%d outputs, wanted %d", len(got), len(wanted[i]))
		}
		for j := range got {
			if !(math.Abs(got[j]-wanted[i][j]) <= within) {
				t.Errorf("sample %d: output %d is %v, wanted %v", i, j, got[j], wanted[i][j])
			}
		}
	}
}

// TestReadExported reads what Keras and scikit-learn exported, and compares with what ONNX Runtime gave for it.
func TestReadExported(t *testing.T) {
	const folder = "../testdata/onnx"
	raw, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		File    string
		Input   json.RawMessage
		Outputs map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := readFile(t, filepath.Join(folder, c.File))
			if err != nil {
				t.Fatal(err)
			}
			inputs := numbers(t, c.Input)
			for output, raw := range c.Outputs {
				switch {
				case output == "output_probability":
					var maps []map[string]float64
					if err := json.Unmarshal(raw, &maps); err != nil {
						t.Fatal(err)
					}
					var wanted [][]float64
					for _, m := range maps {
						row := make([]float64, len(got.Classes))
						for i, class := range got.Classes {
							row[i] = m[class]
						}
						wanted = append(wanted, row)
					}
					compare(t, got, inputs, wanted, 1e-5)
				case strings.Contains(output, "label"):
					checkLabels(t, got, inputs, raw)
				default:
					compare(t, got, inputs, numbers(t, raw), 1e-5)
				}
			}
		})
	}
}

// checkLabels fails if the likeliest class is not called as in the file.
func checkLabels(t *testing.T, c *chain.Chain, inputs [][]float64, raw json.RawMessage) {
	t.Helper()
	var labels []any
	if err := json.Unmarshal(raw, &labels); err != nil {
		t.Fatal(err)
	}
	for i, x := range inputs {
		p := chaintest.Run(c, x)
		if len(p) == 1 {
			p = []float64{1 - p[0], p[0]}
		}
		want, ok := labels[i].(string)
		if !ok {
			want = strconv.Itoa(int(labels[i].(float64)))
		}
		if got := c.Classes[slices.Index(p, slices.Max(p))]; got != want {
			t.Errorf("sample %d is %s, wanted %s", i, got, want)
		}
	}
}

// TestReadPyTorch reads what PyTorch's two exporters wrote.
func TestReadPyTorch(t *testing.T) {
	const folder = "../testdata/pytorch"
	raw, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Files   map[string]string
		Inputs  json.RawMessage
		Outputs json.RawMessage `json:"outputs_logits"`
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range cases {
		for _, file := range c.Files {
			if filepath.Ext(file) != ".onnx" {
				continue
			}
			found++
			t.Run(file, func(t *testing.T) {
				got, err := readFile(t, filepath.Join(folder, file))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, got, numbers(t, c.Inputs), numbers(t, c.Outputs), 1e-5)
			})
		}
	}
	if found != 12 {
		t.Errorf("%d files, wanted 12", found)
	}
}

// TestReadBroken has files that Keras's own exporter got wrong.
func TestReadBroken(t *testing.T) {
	for file, want := range map[string]string{
		"keras_everything_functional.onnx": "operator Erfc ",
		"keras_everything_sequential.onnx": "operator Erfc ",
		"keras_normalization.onnx": `wanted one input, found 3: "input_layer_8", ` +
			`"sequential_7_1/normalization_1/Sub/y:0"`,
	} {
		_, err := readFile(t, "../testdata/onnx/"+file)
		checkFault(t, err, want)
		if f, ok := errors.AsType[*fault.Error](err); ok && !strings.Contains(f.Hint, ".keras") {
			t.Errorf("%s: hint %q", file, f.Hint)
		}
	}
}

// checkFault fails unless err is a fault.Data that says what is wanted, and is short.
func checkFault(t *testing.T, err error, want string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		t.Errorf("got %v, want a fault: %s", err, want)
	case f.Kind != fault.Data || f.Where == "" || !strings.Contains(f.What, want):
		t.Errorf("kind %d, %q: %q, want %q", f.Kind, f.Where, f.What, want)
	case len(f.What) > 400:
		t.Errorf("%d characters: %s", len(f.What), f.What)
	}
}

// TestReadModels reads the models of testdata, which have more of what people export.
func TestReadModels(t *testing.T) {
	raw, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Inputs, Outputs [][]float64
		Classes         []string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{
		"refused_conv.17.onnx":          `operator Conv "/0/Conv": wanted an operator of a dense network`,
		"refused_gelu_tanh.17.onnx":     `operator Mul "/1/Mul_4": wanted an activation that dnn has`,
		"refused_gelu_tanh.dynamo.onnx": `operator Gelu "node_gelu": wanted the exact gelu`,
		"refused_residual.17.onnx":      `operator Add "/Add": wanted a chain of layers, found two branches`,
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := readFile(t, filepath.Join("testdata", name))
			if want, ok := refused[name]; ok {
				checkFault(t, err, want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			outputs := c.Outputs
			if slices.ContainsFunc(got.Notes, func(n string) bool { return strings.Contains(n, "logarithm") }) {
				for _, row := range outputs {
					for j, v := range row {
						row[j] = math.Exp(v)
					}
				}
			}
			compare(t, got, c.Inputs, outputs, 1e-5)
			if !slices.Equal(got.Classes, c.Classes) {
				t.Errorf("classes %q, wanted %q", got.Classes, c.Classes)
			}
			if wanted := strings.HasPrefix(name, "pixels"); got.Bytes != wanted {
				t.Errorf("bytes: %v", got.Bytes)
			}
			if _, _, err := got.Model(chain.Options{}, name); err != nil {
				t.Errorf("as a model: %v", err)
			}
		})
	}
}

// TestReadActivations says which steps the spellings become, so that none is taken for a relative of it.
func TestReadActivations(t *testing.T) {
	for file, want := range map[string]chain.Activation{
		"silu.9.onnx":        {Function: "silu"},
		"mish.11.onnx":       {Function: "mish"},
		"mish.dynamo.onnx":   {Function: "mish"},
		"hardswish.9.onnx":   {Function: "hard_silu"},
		"hardswish.17.onnx":  {Function: "hard_silu"},
		"softplus.7.onnx":    {Function: "softplus"},
		"elu.17.onnx":        {Function: "elu", Alpha: 0.5},
		"celu.13.onnx":       {Function: "elu", Alpha: 1},
		"leaky.17.onnx":      {Function: "leaky_relu", Slope: 0.01},
		"prelu.17.onnx":      {Function: "leaky_relu", Slope: 0.25},
		"hardshrink.17.onnx": {Function: "hard_shrink"},
		"softshrink.17.onnx": {Function: "soft_shrink"},
		"logsigmoid.11.onnx": {Function: "log_sigmoid"},
		"hardtanh.11.onnx":   {Function: "hard_tanh"},
	} {
		c, err := readFile(t, filepath.Join("testdata", file))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(c.Steps) != 3 || c.Steps[1] != want {
			t.Errorf("%s: got %v, want %v", file, c.Steps[1], want)
		}
	}
}
