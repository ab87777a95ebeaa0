package modelfile

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/safetensors"
)

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
		{"newer", "dnn", edit(`"format":1`, `"format":5`), "written by a newer dnn: format 5, this dnn reads up to 4",
			"upgrade dnn"},
		{"newer, all else unknown", "dnn", `{"format":5,"shape":"?"}`,
			"written by a newer dnn: format 5, this dnn reads up to 4", "upgrade dnn"},
		{"format 0", "dnn", edit(`"format":1`, `"format":0`),
			"metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"no format", "dnn", "{}", "metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"no object", "dnn", "[1]", "metadata dnn: wanted a format number of 1 or more, found none", ""},
		{"format 2 without its key", "dnn", edit(`"format":1`, `"format":2`), spelling, ""},
		{"format 1 with the key of 2", "dnn", edit(`"history":`, `"merged":[{"sha256":"1f"}],"history":`), spelling, ""},
		{"merged of none", "dnn", strings.Replace(edit(`"history":`, `"merged":[],"history":`), `"format":1`, `"format":2`, 1),
			spelling, ""},
		{"format 3 without its layers", "dnn", edit(`"format":1`, `"format":3`), spelling, ""},
		{"format 1 with a layer of 3", "dnn", edit(`{"type":"dense","name":"dense_1"`,
			`{"type":"elu","name":"elu","alpha":1},{"type":"dense","name":"dense_1"`), spelling, ""},
		{"format 1 with a key of 3", "dnn", edit(`"units":3,"activation":"relu"`, `"units":3,"activation":"relu","alpha":1`),
			spelling, ""},
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

// TestReadRefusesDevices checks that a device is not read, since it may never end.
func TestReadRefusesDevices(t *testing.T) {
	_, err := Read(os.DevNull)
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("error %v", err)
	}
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
