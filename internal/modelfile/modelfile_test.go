package modelfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/safetensors"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tiny is a small model with one of everything.
func tiny() *Model {
	return &Model{
		Version:    "0.1.0",
		Seed:       math.MaxUint64,
		Dataset:    "squares",
		DataHash:   "1f2e",
		InputShape: []int{2, 2},
		Scale:      1.0 / 255,
		Classes:    []string{"none", "<é & ☃>"},
		Architecture: nn.Architecture{Input: 4, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
			{Type: "dense", Name: "dense", Units: 3, Activation: "relu"},
			{Type: "dense", Name: "dense_1", Units: 2, Activation: "softmax"},
		}},
		Config: json.RawMessage(`{"dataset":"a<b","epochs":2,"layers":[3]}`),
		History: history.Epochs{
			{Epoch: 1, Loss: 0.5, Accuracy: 0.75, LearningRate: 0.001},
			{Epoch: 2, Loss: 0.25, Accuracy: 0.9761999845504761, Validated: true, ValLoss: 0.08797961473464966,
				ValAccuracy: 0, LearningRate: 0.0005},
		},
		Tensors: []Tensor{
			{Name: "dense.kernel", Shape: []int{4, 3}, Data: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
			{Name: "dense.bias", Shape: []int{3}, Data: []float32{-0.5, 1e-45, 3.4e38}},
			{Name: "dense_1.kernel", Shape: []int{3, 2}, Data: []float32{1, -1, 2, -2, 3, -3}},
			{Name: "dense_1.bias", Shape: []int{2}, Data: []float32{0.1, float32(math.Copysign(0, -1))}},
		},
	}
}

func encode(t *testing.T, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sealed returns a file with the given document and tensors, and a correct seal.
func sealed(t *testing.T, key, document string, tensors []Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := safetensors.Encode(&b, &safetensors.File{Key: key, Document: document, Tensors: tensors}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wantFault(t *testing.T, err error, kind fault.Kind, want, hint string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("got %v, no fault, want %s", err, want)
	}
	if e.Error() != want || e.Kind != kind || e.Hint != hint {
		t.Errorf("got  %s (%d, hint %q)\nwant %s (%d, hint %q)", e, e.Kind, e.Hint, want, kind, hint)
	}
}

// merged is tiny as the mean of two models, one of which also sees each image in a mirror: a file of format 2.
func merged() *Model {
	m := tiny()
	m.Merged = []Part{{SHA256: "9f86"}, {SHA256: "9f86", View: "horizontal_flip"}, {SHA256: "1b4f"}}
	m.History = nil
	return m
}

// units is tiny with functions as layers of their own: a file of format 3.
func units() *Model {
	m := tiny()
	m.Architecture.Layers = []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 3, Activation: "linear"},
		{Type: "activation", Name: "activation", Activation: "tanh"},
		{Type: "leaky_relu", Name: "leaky_re_lu", NegativeSlope: 0.3},
		{Type: "leaky_relu", Name: "leaky_re_lu_1"},
		{Type: "elu", Name: "elu", Alpha: 0.5},
		m.Architecture.Layers[1],
	}
	m.Start, m.History = "0a1b", nil
	return m
}

// turned is tiny of a run whose learning rate a person has changed: a file of format 4.
func turned() *Model {
	m := tiny()
	m.RateChanges = history.RateChanges{{Step: 3, Factor: 0.5}, {Step: 480, Factor: 1e-06}}
	return m
}

// TestGolden pins the formats: files of each format must be readable forever, and the same Model must always give the
// same bytes.
func TestGolden(t *testing.T) {
	for name, model := range map[string]func() *Model{"tiny": tiny, "merged": merged, "units": units, "turned": turned} {
		t.Run(name, func(t *testing.T) { checkGolden(t, "testdata/"+name, model) })
	}
}

func checkGolden(t *testing.T, stem string, model func() *Model) {
	binary, readable := stem+".safetensors", stem+".json"
	file := encode(t, model())
	var document bytes.Buffer
	if err := json.Indent(&document, []byte(encodeDocument(model())), "", "  "); err != nil {
		t.Fatal(err)
	}
	document.WriteByte('\n')
	for path, got := range map[string][]byte{binary: file, readable: document.Bytes()} {
		if *update {
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	got, err := Read(binary)
	if err != nil {
		t.Fatal(err)
	}
	m := model()
	m.SHA256 = got.SHA256
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTrip(t *testing.T) {
	bare := tiny()
	bare.Classes = []string{}
	bare.Dataset, bare.DataHash, bare.Config, bare.History = "", "", nil, nil
	binary := tiny()
	binary.Architecture.Loss = "binary_crossentropy"
	binary.Architecture.Layers[1] = nn.LayerSpec{Type: "dense", Name: "out", Units: 1, Activation: "sigmoid"}
	binary.Tensors[2] = Tensor{Name: "out.kernel", Shape: []int{3, 1}, Data: []float32{1, 2, 3}}
	binary.Tensors[3] = Tensor{Name: "out.bias", Shape: []int{1}, Data: []float32{4}}
	constants := tiny()
	constants.Architecture.Layers[0].KernelInitializer = nn.Initializer{Name: "constant", Value: 0.1}
	constants.Architecture.Layers[0].BiasInitializer = nn.Initializer{Name: "constant"}
	constants.Architecture.Layers[1].KernelInitializer = nn.Initializer{Name: "he_normal"}
	columns := tiny()
	columns.Columns, columns.Mean, columns.Std = []string{"a", "b", "c", "d"}, []float64{0, 1, -2, 0.5},
		[]float64{1, 2, 0.25, 1}
	columns.Teachers = []string{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
	columns.InputShape = []int{4}
	for name, m := range map[string]*Model{"full": tiny(), "bare": bare, "binary": binary, "constants": constants,
		"columns": columns, "merged": merged(), "units": units()} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.bin")
			digest, err := Write(path, m)
			if err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(file, encode(t, m)) {
				t.Error("Write and Encode differ")
			}
			if got := string(file[35:99]); got != digest {
				t.Errorf("sealed with %s, returned %s", got, digest)
			}
			got, err := Read(path)
			if err != nil {
				t.Fatal(err)
			}
			m.SHA256 = digest
			if diff := cmp.Diff(m, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSecondsAreNotStored checks that times are left out: they would make the files of two equal runs differ.
func TestSecondsAreNotStored(t *testing.T) {
	timed := tiny()
	for i := range timed.History {
		timed.History[i].Seconds = 1.25
	}
	if !bytes.Equal(encode(t, timed), encode(t, tiny())) {
		t.Error("the seconds of an epoch change the file")
	}
}

// TestValidationIsStoredOnlyIfMeant checks that the results of validation are stored if and only if Validated is set.
func TestValidationIsStoredOnlyIfMeant(t *testing.T) {
	unvalidated := tiny()
	unvalidated.History[0].ValLoss, unvalidated.History[0].ValAccuracy = math.NaN(), 0.5
	if !bytes.Equal(encode(t, unvalidated), encode(t, tiny())) {
		t.Error("the validation loss of an epoch without validation changes the file")
	}
	zero := tiny()
	zero.History[0].Validated = true
	got, err := Decode(bytes.NewReader(encode(t, zero)), "m")
	if err != nil {
		t.Fatal(err)
	}
	if !got.History[0].Validated {
		t.Error("a validation loss of 0 was not stored")
	}
}

func TestConfigIsCompacted(t *testing.T) {
	m := tiny()
	m.Config = json.RawMessage("{\n \"dataset\": \"a<b\", \"epochs\": 2,\t\"layers\": [3]\n}\n")
	if !bytes.Equal(encode(t, m), encode(t, tiny())) {
		t.Error("the spaces of the config change the file")
	}
}
