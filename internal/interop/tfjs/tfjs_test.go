package tfjs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays/arraystest"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/tfjs"
)

// folder is a folder of files in memory.
type folder map[string][]byte

func (f folder) open(name string) ([]byte, error) {
	b, ok := f[name]
	if !ok {
		return nil, fault.New(fault.Data, "f/"+name, "no such file")
	}
	return b, nil
}

func (f folder) create(name string) (io.WriteCloser, error) { return &file{folder: f, name: name}, nil }

type file struct {
	bytes.Buffer
	folder folder
	name   string
}

func (f *file) Close() error {
	f.folder[f.name] = f.Bytes()
	return nil
}

func load(t *testing.T, name string) folder {
	t.Helper()
	f := folder{}
	files, err := filepath.Glob("testdata/" + name + "/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", name, err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f[filepath.Base(path)] = data
	}
	return f
}

func read(f folder) (*chain.Chain, error) {
	return tfjs.Read(f[tfjs.ModelFile], f.open, "f/model.json")
}

// TestRead compares with what TensorFlow.js, Keras 3 and Keras 2 computed.
func TestRead(t *testing.T) {
	for _, name := range []string{"sequential", "functional", "keras3", "keras2"} {
		t.Run(name, func(t *testing.T) {
			c, err := read(load(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if c.Unsaid.Activations {
				t.Error("activations are said")
			}
			arraystest.Load(t, "testdata/"+name+"/cases.json", "model", "outputs").Check(t, c)
		})
	}
}

// TestQuantized allows what rounding to 8 bits, or to float16, changes.
func TestQuantized(t *testing.T) {
	for name, c := range map[string]struct {
		note      string
		tolerance float64
	}{"keras2_uint8": {`its weights were quantized ("uint8")`, 0.02}, "keras2_float16": {"its float16 weights", 1e-3}} {
		network, err := read(load(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(network.Notes, "; "), c.note) {
			t.Errorf("%s: notes %q, want %q", name, network.Notes, c.note)
		}
		k := arraystest.Load(t, "testdata/"+name+"/cases.json", "model", "outputs")
		for i, x := range k.Inputs {
			for j, y := range chaintest.Run(network, x) {
				if d := y - k.Outputs[i][j]; d > c.tolerance || d < -c.tolerance {
					t.Errorf("%s: output %v, want %v", name, y, k.Outputs[i][j])
				}
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	change := func(name string, replace ...string) folder {
		f := load(t, name)
		old := string(f[tfjs.ModelFile])
		f[tfjs.ModelFile] = []byte(strings.NewReplacer(replace...).Replace(old))
		if string(f[tfjs.ModelFile]) == old && len(replace) > 0 {
			t.Fatalf("%q is not there", replace[0])
		}
		return f
	}
	long := load(t, "keras2")
	long["group1-shard1of1.bin"] = append(long["group1-shard1of1.bin"], 0)
	short := load(t, "keras2")
	short["group1-shard1of1.bin"] = short["group1-shard1of1.bin"][1:]
	for _, c := range []struct {
		name string
		f    folder
		want string
	}{
		{"convolution", change("convolution"), "Conv2D"},
		{"no JSON", folder{"model.json": []byte("{")}, "unexpected end of JSON input"},
		{"other JSON", folder{"model.json": []byte("{}")}, "wanted a model.json of TensorFlow.js, with modelTopology"},
		{"a list", folder{"model.json": []byte("[]")}, "cannot unmarshal array"},
		{"graph", change("keras2", `"layers-model"`, `"graph-model"`), "found a graph model"},
		{"null", change("keras2", `"model_config": {`, `"model_config": null, "x": {`), "wanted the config of a model, found none"},
		{"above", change("keras2", "group1-shard1of1.bin", "../weights.bin"), `beside the model, found "../weights.bin"`},
		{"a URL", change("keras2", "group1-shard1of1.bin", "http:x"), `beside the model, found "http:x"`},
		{"twice", change("keras2", `"group1-shard1of1.bin"`, `"group1-shard1of1.bin", "group1-shard1of1.bin"`),
			`wanted each file of weights once, found "group1-shard1of1.bin" again`},
		{"missing", change("keras2", "group1-shard1of1.bin", "x.bin"), "no such file"},
		{"long", long, "found 1 byte more"},
		{"short", short, "wanted the bytes of its shape"},
		{"huge", change("keras2", `"shape": [9, 6]`, `"shape": [9223372036854775807, 6]`), "wanted the bytes of its shape"},
		{"negative", change("keras2", `"shape": [9, 6]`, `"shape": [-9, 6]`), "wanted the bytes of its shape"},
		{"integers", change("keras2", `"shape": [9, 6], "dtype": "float32"`, `"shape": [9, 6], "dtype": "int32"`), "wanted float32, found"},
		{"text", change("keras2", `"shape": [9, 6], "dtype": "float32"`, `"shape": [9, 6], "dtype": "string"`), `wanted float32, found "string"`},
		{"no kernel", change("keras2", `"dense/kernel"`, `"dance/kernel"`), `found "dance/kernel"`},
		{"shape", change("keras2", `"shape": [9, 6]`, `"shape": [6, 9]`), "kernel"},
		{"bits", change("keras2_uint8", `"dtype": "uint8"`, `"dtype": "uint4"`), "wanted float32 quantized to uint8, uint16 or float16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.f)
			if err == nil || fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 400 {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// whole has every kind of step.
func whole() *chain.Chain {
	return &chain.Chain{
		Input: []int{1, 2}, Bytes: true, Classes: []string{"zero", "<one>"}, Program: "TensorFlow.js",
		Steps: []chain.Step{
			chain.Affine{Name: "rescaling", Scale: []float64{1.0 / 255}, Shift: []float64{-0.1}},
			chain.Dense{Name: "dense", Inputs: 2, Units: 3, Kernel: []float32{1, 2, 3, 4, 5, 6}, Bias: []float32{0, 0.1, 3}},
			chain.BatchNormalization{Name: "batch_normalization", Gamma: []float32{1, 2, 3}, Beta: []float32{1, 1, 2},
				Mean: []float32{4, 5, 6}, Variance: []float32{7, 8, 9}, Momentum: 0.99, Epsilon: 1e-3},
			chain.Activation{Name: "leaky_re_lu", Function: "leaky_relu", Slope: 0.3},
			chain.Dropout{Name: "dropout", Rate: 0.3},
			chain.Dense{Name: "dense_1", Inputs: 3, Units: 2, Kernel: []float32{1, 2, 3, 4, 5, 1e-30}},
			chain.Activation{Function: "softmax"},
		},
	}
}

func write(t *testing.T, c *chain.Chain) folder {
	t.Helper()
	f := folder{}
	if err := tfjs.Write(f.create, c); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRoundTrip(t *testing.T) {
	want := whole()
	f := write(t, want)
	got, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v, want\n%+v", got, want)
	}
	if !reflect.DeepEqual(write(t, whole()), f) {
		t.Error("the same chain gives other bytes")
	}
	if !json.Valid(f[tfjs.ModelFile]) || len(f) != 2 {
		t.Errorf("%d files", len(f))
	}
}

// TestStandardization is about a scale and a shift for each column of a table, also of a column that is constant, and of
// one whose values are large and near each other.
func TestStandardization(t *testing.T) {
	want := &chain.Chain{Input: []int{3}, Columns: []string{"a", "b", "c"}, Steps: []chain.Step{
		chain.Affine{Scale: []float64{2, 0, 10}, Shift: []float64{1, 3, -1e6}},
		chain.Dense{Name: "dense", Inputs: 3, Units: 1, Kernel: []float32{1, 2, 3}},
		chain.Activation{Function: "sigmoid"},
	}}
	got, err := read(write(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Columns, want.Columns) {
		t.Errorf("columns %q", got.Columns)
	}
	x := []float64{0.25, 7, 99999.4}
	if a, b := chaintest.Run(got, x)[0], chaintest.Run(want, x)[0]; a-b > 1e-6 || b-a > 1e-6 {
		t.Errorf("output %v, want %v", a, b)
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, a := range []chain.Activation{{Function: "hard_sigmoid"}, {Function: "exponential"}, {Function: "elu", Alpha: 2}} {
		c := whole()
		c.Steps[len(c.Steps)-1] = a
		f := folder{}
		err := tfjs.Write(f.create, c)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), a.Function) || len(f) > 0 {
			t.Errorf("%s: %v, %d files", a.Function, err, len(f))
		}
	}
}

var errFull = errors.New("no space left on device")

type full struct{ bytes.Buffer }

func (*full) Write([]byte) (int, error) { return 0, errFull }
func (*full) Close() error              { return nil }

func TestWriteFails(t *testing.T) {
	for _, create := range []func(string) (io.WriteCloser, error){
		func(string) (io.WriteCloser, error) { return nil, errFull },
		func(string) (io.WriteCloser, error) { return &full{}, nil },
		func(name string) (io.WriteCloser, error) {
			if name == tfjs.ModelFile {
				return folder{}.create(name)
			}
			return nil, errFull
		},
	} {
		if err := tfjs.Write(create, whole()); !errors.Is(err, errFull) {
			t.Error(err)
		}
	}
}

// TestDamage cannot ask for the same numbers, since the format has no checksum.
func TestDamage(t *testing.T) {
	f := write(t, &chain.Chain{Input: []int{2}, Steps: []chain.Step{
		chain.Dense{Inputs: 2, Units: 1, Kernel: []float32{1, 2}}, chain.Activation{Function: "sigmoid"}}})
	arraystest.Damage(t, f[tfjs.ModelFile], false, func(d []byte) (*chain.Chain, error) {
		return tfjs.Read(d, f.open, "f/model.json")
	})
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"sequential", "keras3", "keras2_uint8"} {
		text, err := os.ReadFile("testdata/" + name + "/model.json")
		if err != nil {
			f.Fatal(err)
		}
		files, err := filepath.Glob("testdata/" + name + "/*.bin")
		if err != nil {
			f.Fatal(err)
		}
		weights, err := os.ReadFile(files[0])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, weights)
	}
	f.Fuzz(func(t *testing.T, text, weights []byte) {
		c, err := tfjs.Read(text, func(string) ([]byte, error) { return weights, nil }, "f")
		if err == nil && (c == nil || len(c.Steps) == 0) || err != nil && fault.KindOf(err) != fault.Data {
			t.Errorf("%v, %v", c, err)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	})
}
