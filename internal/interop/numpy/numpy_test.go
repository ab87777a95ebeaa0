package numpy_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays/arraystest"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/numpy"
)

// course are the activations of the course's network.
var course = []chain.Activation{{Function: "relu"}, {Function: "relu"}, {Function: "softmax"}}

// TestRead compares with what Keras computed.
func TestRead(t *testing.T) {
	k := arraystest.Load(t, "../testdata/keras/cases.json", "course", "outputs")
	for _, file := range []string{"course.npz", "course_compressed.npz"} {
		data, err := os.ReadFile("../testdata/keras/" + file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := numpy.Read(data, file)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Unsaid.Activations {
			t.Error("activations should be unsaid")
		}
		k.Check(t, arraystest.Activate(c, course...))
	}
}

func TestIs(t *testing.T) {
	for name, want := range map[string]bool{
		"keras/course.npz": true, "keras/course.keras": false, "pytorch/net.pt": false, "keras/course.h5": false,
	} {
		data, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if numpy.Is(data) != want || numpy.Is(data[:10]) {
			t.Errorf("%s: %t", name, !want)
		}
	}
	if !numpy.Is(array(1, "'<f4'", "False", "(1, 1)")) {
		t.Error("an .npy file is none")
	}
}

// array returns a .npy file with the given header and data.
func array(version byte, descr, fortran, shape string, data ...byte) []byte {
	text := fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n", descr, fortran, shape)
	file := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		file = binary.LittleEndian.AppendUint16(file, uint16(len(text)))
	} else {
		file = binary.LittleEndian.AppendUint32(file, uint32(len(text)))
	}
	return append(append(file, text...), data...)
}

// TestArrays reads the matrix [[1, 2, 3], [-4, 0.5, 65504]] in all ways of storing it.
func TestArrays(t *testing.T) {
	want := []float32{1, 2, 3, -4, 0.5, 65504}
	columns := []float32{1, -4, 2, 0.5, 3, 65504}
	halves := map[float32]uint16{1: 0x3c00, 2: 0x4000, 3: 0x4200, -4: 0xc400, 0.5: 0x3800, 65504: 0x7bff}
	for _, version := range []byte{1, 2, 3} {
		for _, order := range []string{"<", ">"} {
			var o binary.AppendByteOrder = binary.LittleEndian
			if order == ">" {
				o = binary.BigEndian
			}
			for _, fortran := range []string{"False", "True"} {
				values := want
				if fortran == "True" {
					values = columns
				}
				var f2, f4, f8 []byte
				for _, x := range values {
					f2 = o.AppendUint16(f2, halves[x])
					f4 = o.AppendUint32(f4, math.Float32bits(x))
					f8 = o.AppendUint64(f8, math.Float64bits(float64(x)))
				}
				for kind, data := range map[string][]byte{"f2": f2, "f4": f4, "f8": f8} {
					descr := "'" + order + kind + "'"
					c, err := numpy.Read(array(version, descr, fortran, "(2, 3)", data...), "f")
					if err != nil {
						t.Fatalf("%s %s: %v", descr, fortran, err)
					}
					if d := c.Steps[0].(chain.Dense); d.Inputs != 2 || d.Units != 3 || !reflect.DeepEqual(d.Kernel, want) {
						t.Errorf("%s %s: %+v", descr, fortran, d)
					}
				}
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	four := []byte{0, 0, 0x80, 0x3f}
	bomb := func(name string, size uint64) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name)
		for range size >> 20 {
			_, e := w.Write(make([]byte, 1<<20))
			err = errors.Join(err, e)
		}
		if err := errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "wanted an array of NumPy (.npy), found something else"},
		{"objects", array(1, "'|O'", "False", "(1, 1)", 0x80), "found one of objects, which is a pickle"},
		{"records", array(1, "[('a', '<f4')]", "False", "(1,)", four...), "found one of records"},
		{"complex", array(1, "'<c8'", "False", "(1, 1)", make([]byte, 8)...), `found the type "<c8"`},
		{"integers", array(1, "'<i8'", "False", "(1, 1)", make([]byte, 8)...), "found int64: a quantized model?"},
		{"text", array(1, "'<U1'", "False", "()", make([]byte, 4)...), "found one of text"},
		{"long text", array(1, "'<U99999999999'", "False", "()", make([]byte, 4)...), "wanted a type of text"},
		{"texts", array(1, "'<U9999999'", "False", "(9999999,)", make([]byte, 4)...), "as many bytes as its texts take"},
		{"short", array(1, "'<f4'", "False", "(1, 2)", four...), "as many bytes as the shape [1 2] of float32 takes"},
		{"long", array(1, "'<f4'", "False", "(1, 1)", append(four, 0)...), "as many bytes as the shape"},
		{"huge", array(1, "'<f4'", "False", "(9223372036854775807, 9223372036854775807)", four...), "as many bytes as"},
		{"larger", array(1, "'<f4'", "False", "(92233720368547758070,)", four...), "wanted a shape"},
		{"version", array(4, "'<f4'", "False", "(1, 1)", four...), "found 4.0"},
		{"no header", []byte("\x93NUMPY\x01\x00\xff\xff{"), "wanted a header of at most 1 bytes"},
		{"header", []byte("\x93NUMPY\x01\x00\x02\x00{}"), "wanted a header with descr, fortran_order and shape"},
		{"not a number", array(1, "'<f4'", "False", "(1, 1)", 0, 0, 0xc0, 0x7f), "wanted finite numbers, found NaN"},
		{"a vector", array(1, "'<f4'", "False", "(1,)", four...), "wanted a bias of 1, or a batch normalization's"},
		{"a bomb", bomb("arr_0.npy", 64<<20), "a zip bomb?"},
		{"other members", bomb("a.txt", 1<<20), `whose members are .npy files, found "a.txt"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := numpy.Read(c.file, "f")
			if err == nil || fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) ||
				!strings.HasPrefix(err.Error(), "f: ") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// whole has every kind of step.
func whole() *chain.Chain {
	return &chain.Chain{
		Input: []int{1, 2}, Bytes: true, Classes: []string{"zero", "naïve ≠ 0"}, Columns: []string{"a", "b"},
		Loss: "categorical_crossentropy", Program: "dnn",
		Steps: []chain.Step{
			chain.Affine{Scale: []float64{1.0 / 255}, Shift: []float64{-0.1}},
			chain.Dense{Name: "dense", Inputs: 2, Units: 3, Kernel: []float32{1, 2, 3, 4, 5, 6}, Bias: []float32{0, 0.1, 3}},
			chain.BatchNormalization{Name: "bn/1", Gamma: []float32{1, 2, 3}, Mean: []float32{4, 5, 6},
				Variance: []float32{7, 8, 9}, Momentum: 0.99, Epsilon: 1e-3},
			chain.Activation{Function: "leaky_relu", Slope: 0.2},
			chain.Dropout{Name: "dropout", Rate: 0.3},
			chain.Affine{Scale: []float64{1, 2, 3}, Shift: []float64{4}},
			chain.Dense{Inputs: 3, Units: 2, Kernel: []float32{1, 2, 3, 4, 5, 1e-30}},
			chain.Activation{Function: "softmax"},
		},
	}
}

func write(t *testing.T, c *chain.Chain) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := numpy.Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrip checks that Read makes the chain that Write was given, of the same bytes each time.
func TestRoundTrip(t *testing.T) {
	want := whole()
	data := write(t, want)
	got, err := numpy.Read(data, "f")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if !bytes.Equal(write(t, whole()), data) {
		t.Error("the same chain gives other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if y, m, d := f.Modified.Date(); y != 1980 || m != 1 || d != 1 || f.Method != zip.Store {
			t.Errorf("%s: %v, method %d", f.Name, f.Modified, f.Method)
		}
	}
	wantNames := "dense.kernel.npy dense.bias.npy bn_1.gamma.npy bn_1.moving_mean.npy bn_1.moving_variance.npy " +
		"dense_1.kernel.npy input.scale.npy input.shift.npy classes.npy columns.npy dnn.chain.npy"
	if found := strings.Join(names, " "); found != wantNames {
		t.Errorf("members %s, want %s", found, wantNames)
	}
}

func TestDamage(t *testing.T) {
	c := &chain.Chain{Input: []int{2}, Steps: []chain.Step{
		chain.Dense{Inputs: 2, Units: 1, Kernel: []float32{1, 2}, Bias: []float32{3}}, chain.Activation{Function: "sigmoid"}}}
	read := func(d []byte) (*chain.Chain, error) { return numpy.Read(d, "f") }
	arraystest.Damage(t, write(t, c), true, read)
	arraystest.Damage(t, []byte(array(1, "'<f4'", "False", "(1, 2)", make([]byte, 8)...)), false, read)
}

func TestWriteFails(t *testing.T) {
	c := whole()
	n := len(write(t, c))
	for at := 0; at < n; at += 97 {
		if err := numpy.Write(&limited{left: at}, c); !errors.Is(err, errFull) {
			t.Fatalf("after %d bytes: %v", at, err)
		}
	}
}

var errFull = errors.New("no space left on device")

// limited is a disk with little space.
type limited struct{ left int }

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := numpy.Write(&b, whole()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(array(1, "'<f4'", "True", "(1, 2)", make([]byte, 8)...))
	f.Add(array(2, "'>f2'", "False", "(2, 1)", make([]byte, 4)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := numpy.Read(data, "f")
		if err == nil && (c == nil || len(c.Steps) == 0) || err != nil && fault.KindOf(err) != fault.Data {
			t.Errorf("%v, %v", c, err)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	})
}
