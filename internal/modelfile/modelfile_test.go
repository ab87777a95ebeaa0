package modelfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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

// TestGolden pins the format: files of format 1 must be readable forever, and the same Model must always give the same
// bytes.
func TestGolden(t *testing.T) {
	const binary, readable = "testdata/tiny.safetensors", "testdata/tiny.json"
	file := encode(t, tiny())
	var document bytes.Buffer
	if err := json.Indent(&document, []byte(encodeDocument(tiny())), "", "  "); err != nil {
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
	m := tiny()
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
		"columns": columns} {
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

func TestWriteFailures(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "no", "where")
	_, err := Write(filepath.Join(nowhere, "m"), tiny())
	wantFault(t, err, fault.Write, filepath.Join(nowhere, "m")+": cannot write: there is no folder "+nowhere,
		"mkdir -p "+nowhere)

	_, err = Write(dir, tiny())
	wantFault(t, err, fault.Write, dir+": wanted the name of a file for the model, found a folder", "")

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		_, err = Write(filepath.Join(file, "m"), tiny())
		wantFault(t, err, fault.Write, filepath.Join(file, "m")+": cannot write: not a directory", "")
	}

	diverged := tiny()
	diverged.Tensors[1].Data[1] = float32(math.NaN())
	_, err = Write(file, diverged)
	wantFault(t, err, fault.Diverged,
		file+": the model diverged: tensor dense.bias: element 2 of 3 is NaN, not a finite number",
		"a smaller learning rate often helps")

	wrong := tiny()
	wrong.Tensors = wrong.Tensors[:3]
	_, err = Write(file, wrong)
	if fault.KindOf(err) != fault.Bug {
		t.Errorf("a model without one of its tensors: got %v, want a bug", err)
	}

	if old, err := os.ReadFile(file); err != nil || string(old) != "old" {
		t.Errorf("the old file is now %q (%v)", old, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v (%v)", names, err)
	}
}

// TestEncodeRefuses breaks each rule about a Model.
func TestEncodeRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		want   string
		change func(m *Model)
	}{
		{"input shape [] has 0 values, the architecture takes 4", func(m *Model) { m.InputShape = nil }},
		{"input shape [2 3] has 6 values, the architecture takes 4", func(m *Model) { m.InputShape = []int{2, 3} }},
		{"input shape: wanted dimensions of 1 or more, found [-2 -2]", func(m *Model) { m.InputShape = []int{-2, -2} }},
		{"input shape: wanted dimensions of 1 or more, found [65536 65536 65536 65536]",
			func(m *Model) { m.InputShape = []int{1 << 16, 1 << 16, 1 << 16, 1 << 16} }},
		{"scale: wanted a finite number above 0, found 0", func(m *Model) { m.Scale = 0 }},
		{"scale: wanted a finite number above 0, found NaN", func(m *Model) { m.Scale = nan }},
		{"3 class names, the network tells 2 classes apart", func(m *Model) { m.Classes = []string{"a", "b", "c"} }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Dataset = "\xff" }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Classes[0] = "\xff" }},
		{"config: malformed JSON at byte 1: unexpected end of JSON input",
			func(m *Model) { m.Config = json.RawMessage("{") }},
		{`config: key "a" appears twice`, func(m *Model) { m.Config = json.RawMessage(`{"a":1,"a":2}`) }},
		{"config: wanted a JSON object, found something else", func(m *Model) { m.Config = json.RawMessage("[]") }},
		{"config: wanted a JSON object, found something else", func(m *Model) { m.Config = json.RawMessage("null") }},
		{"config is not UTF-8", func(m *Model) { m.Config = json.RawMessage("{\"a\":\"\xff\"}") }},
		{"history: epoch 2 has +Inf, not a finite number", func(m *Model) { m.History[1].ValLoss = inf }},
		{"architecture: wanted at least one layer, found none", func(m *Model) { m.Architecture.Layers = nil }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Architecture.Layers[0].Name = "\xff" }},
		{"tensor dense.bias: wanted one of shape [3], found none",
			func(m *Model) { m.Tensors = append(m.Tensors[:1], m.Tensors[2:]...) }},
		{"tensor extra with shape [1]: the architecture has no such parameter", func(m *Model) {
			m.Tensors = append(m.Tensors, Tensor{Name: "extra", Shape: []int{1}, Data: []float32{1}})
		}},
		{"tensor dense.bias is number 1, the architecture has it as number 2",
			func(m *Model) { m.Tensors[0], m.Tensors[1] = m.Tensors[1], m.Tensors[0] }},
		{"tensor dense.kernel: wanted the shape [4 3], found [3 4]",
			func(m *Model) { m.Tensors[0].Shape = []int{3, 4} }},
		{"tensor dense.bias: wanted 3 elements, for the shape [3], found 2",
			func(m *Model) { m.Tensors[1].Data = m.Tensors[1].Data[:2] }},
		{"tensor dense_1.bias: element 1 of 2 is -Inf, not a finite number",
			func(m *Model) { m.Tensors[3].Data[0] = float32(math.Inf(-1)) }},
	} {
		m := tiny()
		c.change(m)
		_, err := Encode(&bytes.Buffer{}, m)
		if err == nil {
			t.Errorf("%s: accepted", c.want)
			continue
		}
		if !strings.HasSuffix(err.Error(), ": "+c.want) {
			t.Errorf("got %v, want …: %s", err, c.want)
		}
	}
}

// TestDecodeRefuses has files with a correct seal that are not models of this program.
func TestDecodeRefuses(t *testing.T) {
	good := encodeDocument(tiny())
	edit := func(old, replacement string) string {
		edited := strings.Replace(good, old, replacement, 1)
		if edited == good {
			t.Fatalf("%q is not in the document", old)
		}
		return edited
	}
	const spelling = "metadata dnn: not written as dnn writes it: another order, spacing or spelling, or a key left out"
	for _, c := range []struct{ name, key, document, want, hint string }{
		{"another file of dnn", "dnn_checkpoint", "{}", "wanted a model file, found a dnn_checkpoint file of dnn", ""},
		{"newer", "dnn", edit(`"format":1`, `"format":3`), "written by a newer dnn: format 3, this dnn reads up to 1",
			"upgrade dnn"},
		{"newer, all else unknown", "dnn", `{"format":2,"shape":"?"}`,
			"written by a newer dnn: format 2, this dnn reads up to 1", "upgrade dnn"},
		{"format 0", "dnn", edit(`"format":1`, `"format":0`),
			"metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"no format", "dnn", "{}", "metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"no object", "dnn", "[1]", "metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"unknown key", "dnn", edit(`"seed":`, `"sed":1,"seed":`), `metadata dnn: unknown key "sed"`, ""},
		{"key left out", "dnn", edit(`"version":"0.1.0",`, ""), spelling, ""},
		{"spaces", "dnn", edit(`"format":1`, `"format": 1`), spelling, ""},
		{"capitals", "dnn", edit(`"seed"`, `"Seed"`), spelling, ""},
		{"number spelled otherwise", "dnn", edit(`"loss":0.5`, `"loss":5e-1`), spelling, ""},
		{"wrong type", "dnn", edit(`"shape":[2,2]`, `"shape":"2x2"`),
			"metadata dnn: input.shape: wanted an array, found a string", ""},
		{"negative seed", "dnn", edit(`"seed":18446744073709551615`, `"seed":-1`),
			"metadata dnn: seed: wanted a whole number, found a number -1", ""},
		{"huge seed", "dnn", edit(`"seed":18446744073709551615`, `"seed":18446744073709551616`),
			"metadata dnn: seed: wanted a whole number, found a number 18446744073709551616", ""},
		{"huge loss", "dnn", edit(`"loss":0.5`, `"loss":1e999`),
			"metadata dnn: history.loss: wanted a number, found a number 1e999", ""},
		{"half validated", "dnn", edit(`"val_accuracy":0,`, ""),
			"metadata dnn: history: epoch 2: wanted val_loss and val_accuracy, or neither", ""},
		{"shape", "dnn", edit(`"shape":[2,2]`, `"shape":[2,3]`),
			"metadata dnn: input shape [2 3] has 6 values, the architecture takes 4", ""},
		{"scale", "dnn", edit(`"scale":`, `"scale":-`),
			"metadata dnn: scale: wanted a finite number above 0, found -0.00392156862745098", ""},
		{"tensors", "dnn", edit(`"units":3`, `"units":4`),
			"tensor dense.kernel: wanted the shape [4 4], found [4 3]", ""},
		{"renamed", "dnn", edit(`"name":"dense_1"`, `"name":"out"`),
			"tensor out.kernel: wanted one of shape [3 2], found none", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(bytes.NewReader(sealed(t, c.key, c.document, tiny().Tensors)), "m")
			wantFault(t, err, fault.Data, "m: "+c.want, c.hint)
		})
	}
	nan := tiny().Tensors
	nan[2].Data[5] = float32(math.NaN())
	_, err := Decode(bytes.NewReader(sealed(t, "dnn", good, nan)), "m")
	wantFault(t, err, fault.Data, "m: tensor dense_1.kernel: element 6 of 6 is NaN, not a finite number", "")
}

// TestEveryFlipAndTruncation checks that no single flipped bit and no truncation goes unnoticed.
func TestEveryFlipAndTruncation(t *testing.T) {
	good := encode(t, tiny())
	for bit := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := Decode(bytes.NewReader(bad), "m"); fault.KindOf(err) != fault.Data {
			t.Fatalf("bit %d of byte %d flipped: got %v", bit%8, bit/8, err)
		}
	}
	for n := range good {
		if _, err := Decode(bytes.NewReader(good[:n]), "m"); fault.KindOf(err) != fault.Data {
			t.Fatalf("cut to %d bytes: got %v", n, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := os.ReadFile("testdata/tiny.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, s := range foreignStarts {
		f.Add([]byte(s.start))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Decode(bytes.NewReader(file), "m")
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if !bytes.Equal(encode(t, m), file) {
			t.Fatal("decodes, but encodes to other bytes")
		}
	})
}

// FuzzDocument fuzzes the document of files with a correct seal, which mutations in FuzzDecode hardly ever have.
func FuzzDocument(f *testing.F) {
	good := encodeDocument(tiny())
	f.Add(good)
	f.Add(strings.Replace(good, `"epochs"`, `"\ud800\ufffd"`, 1))
	f.Fuzz(func(t *testing.T, document string) {
		var b bytes.Buffer
		file := &safetensors.File{Key: documentKey, Document: document, Tensors: tiny().Tensors}
		if _, err := safetensors.Encode(&b, file); err != nil {
			t.Skip()
		}
		m, err := Decode(bytes.NewReader(b.Bytes()), "m")
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if !bytes.Equal(encode(t, m), b.Bytes()) {
			t.Fatal("decodes, but encodes to other bytes")
		}
	})
}

// course is a model of the size of configs/mlp.yaml's.
func course() *Model {
	m := tiny()
	m.InputShape, m.Classes, m.Tensors = []int{28, 28}, nil, nil
	m.Architecture.Input, m.Architecture.Layers = 784, nil
	in := 784
	for i, units := range []int{100, 50, 10} {
		name := []string{"dense", "dense_1", "dense_2"}[i]
		m.Architecture.Layers = append(m.Architecture.Layers,
			nn.LayerSpec{Type: "dense", Name: name, Units: units, Activation: "relu"})
		m.Tensors = append(m.Tensors,
			Tensor{Name: name + ".kernel", Shape: []int{in, units}, Data: make([]float32, in*units)},
			Tensor{Name: name + ".bias", Shape: []int{units}, Data: make([]float32, units)})
		in = units
	}
	return m
}

func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "model.bin")
	if _, err := Write(path, course()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Read(path); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReadRefusesDevices checks that a device is not read, since it may never end.
func TestReadRefusesDevices(t *testing.T) {
	_, err := Read(os.DevNull)
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("error %v", err)
	}
}
