package tensors_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays/arraystest"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/tensors"
)

var relus = []chain.Activation{{Function: "relu"}, {Function: "relu"}}

func read(t *testing.T, file string) *chain.Chain {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tensors.Read(data, "f")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Unsaid.Activations {
		t.Error("activations should be unsaid")
	}
	return c
}

// TestRead compares with what PyTorch and Keras computed.
func TestRead(t *testing.T) {
	for name, activations := range map[string][]chain.Activation{
		"sequential": relus, "net": relus,
		"seq_bn": {{Function: "gelu"}, {Function: "leaky_relu", Slope: 0.1}, {Function: "softmax"}},
	} {
		k := arraystest.Load(t, "../testdata/pytorch/cases.json", name, "outputs_logits")
		k.Check(t, arraystest.Activate(read(t, "../testdata/pytorch/"+name+".safetensors"), activations...))
	}
	k := arraystest.Load(t, "../testdata/keras/cases.json", "course", "outputs")
	k.Check(t, arraystest.Activate(read(t, "../testdata/keras/course.safetensors"), append(relus, chain.Activation{
		Function: "softmax"})...))
}

// TestTypes compares single weights with what PyTorch prints.
func TestTypes(t *testing.T) {
	for _, c := range []struct {
		file, note  string
		first, last float32 // kernel [0, 1] of the first Dense, bias [2] of the last
	}{
		{"half.safetensors", "its float16 weights became float32", -0.00962066650390625, -0.30419921875},
		{"bf16.safetensors", "its bfloat16 weights became float32", 0.01544189453125, -0.1435546875},
	} {
		network := read(t, "../testdata/pytorch/"+c.file)
		first, last := network.Steps[0].(chain.Dense), network.Steps[len(network.Steps)-1].(chain.Dense)
		if first.Kernel[1] != c.first || last.Bias[2] != c.last {
			t.Errorf("%s: kernel %v, bias %v, want %v, %v", c.file, first.Kernel[1], last.Bias[2], c.first, c.last)
		}
		if !reflect.DeepEqual(network.Notes, []string{c.note}) {
			t.Errorf("%s: notes %q, want %q", c.file, network.Notes, c.note)
		}
	}
}

// whole has every kind of step.
func whole() *chain.Chain {
	return &chain.Chain{
		Input: []int{1, 2}, Bytes: true, Classes: []string{"zero", "<one>"}, Program: "dnn",
		Steps: []chain.Step{
			chain.Affine{Scale: []float64{1.0 / 255}, Shift: []float64{0}},
			chain.Dense{Name: "dense", Inputs: 2, Units: 3, Kernel: []float32{1, 2, 3, 4, 5, 6}, Bias: []float32{0, 0.1, 3}},
			chain.BatchNormalization{Name: "batch_normalization", Gamma: []float32{1, 2, 3}, Beta: []float32{1, 1, 2},
				Mean: []float32{4, 5, 6}, Variance: []float32{7, 8, 9}, Momentum: 0.99, Epsilon: 1e-3},
			chain.Activation{Function: "elu", Alpha: 1.5},
			chain.Dropout{Rate: 0.3},
			chain.Dense{Name: "dense_1", Inputs: 3, Units: 2, Kernel: []float32{1, 2, 3, 4, 5, 1e-30}},
			chain.BatchNormalization{Mean: []float32{1, 2}, Variance: []float32{1, 4}, Epsilon: 1e-5},
			chain.Activation{Function: "softmax"},
		},
	}
}

func write(t *testing.T, c *chain.Chain, layout tensors.Layout) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tensors.Write(&b, c, layout); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header returns the header of a file.
func header(t *testing.T, data []byte) (h map[string]any) {
	t.Helper()
	if err := json.Unmarshal(data[8:8+binary.LittleEndian.Uint64(data)], &h); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestRoundTrip(t *testing.T) {
	for layout, wantNames := range map[tensors.Layout]string{
		tensors.Keras: "batch_normalization.beta batch_normalization.gamma batch_normalization.moving_mean " +
			"batch_normalization.moving_variance batch_normalization_1.moving_mean batch_normalization_1.moving_variance " +
			"dense.bias dense.kernel dense_1.kernel",
		tensors.PyTorch: "1.bias 1.weight 2.bias 2.num_batches_tracked 2.running_mean 2.running_var 2.weight 5.weight " +
			"6.num_batches_tracked 6.running_mean 6.running_var",
	} {
		data := write(t, whole(), layout)
		got, err := tensors.Read(data, "f")
		if err != nil {
			t.Fatal(err)
		}
		if want := whole(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read %+v, want %+v", layout, got, want)
		}
		if !bytes.Equal(write(t, whole(), layout), data) {
			t.Errorf("%s: the same chain gives other bytes", layout)
		}
		h := header(t, data)
		metadata := h["__metadata__"].(map[string]any)
		delete(h, "__metadata__")
		var names []string
		for name := range h {
			names = append(names, name)
		}
		if found := sorted(names); found != wantNames {
			t.Errorf("%s: tensors %s, want %s", layout, found, wantNames)
		}
		if layout == tensors.PyTorch {
			want := "nn.Sequential(nn.Flatten(), nn.Linear(2, 3), nn.BatchNorm1d(3, eps=0.001, momentum=0.01), nn.ELU(1.5), " +
				"nn.Dropout(0.3), nn.Linear(3, 2, bias=False), nn.BatchNorm1d(2, eps=1e-05, affine=False), nn.Softmax(dim=1))"
			if metadata["module"] != want || metadata["format"] != "pt" {
				t.Errorf("module %s\nwant   %s", metadata["module"], want)
			}
		}
	}
}

// TestHalfAffine is about a batch normalization with a gamma and no beta, which PyTorch has not: it gets a beta of zeros.
func TestHalfAffine(t *testing.T) {
	c := &chain.Chain{Input: []int{2}, Steps: []chain.Step{
		chain.Dense{Inputs: 2, Units: 2, Kernel: []float32{1, 2, 3, 4}},
		chain.BatchNormalization{Gamma: []float32{5, 6}, Mean: []float32{1, 2}, Variance: []float32{1, 4}, Epsilon: 1e-5},
	}}
	got, err := tensors.Read(write(t, c, tensors.PyTorch), "f")
	if err != nil {
		t.Fatal(err)
	}
	b := got.Steps[1].(chain.BatchNormalization)
	if !reflect.DeepEqual(b.Gamma, []float32{5, 6}) || !reflect.DeepEqual(b.Beta, []float32{0, 0}) {
		t.Errorf("gamma %v, beta %v", b.Gamma, b.Beta)
	}
}

func TestWriteRefuses(t *testing.T) {
	c := whole()
	c.Steps[0] = chain.Affine{Scale: []float64{math.Inf(1)}, Shift: []float64{0}}
	if err := tensors.Write(&bytes.Buffer{}, c, tensors.Keras); fault.KindOf(err) != fault.Data {
		t.Error(err)
	}
}

// TestWithoutDocument checks that a file whose metadata were lost has the same layers.
func TestWithoutDocument(t *testing.T) {
	for _, layout := range []tensors.Layout{tensors.Keras, tensors.PyTorch} {
		want := whole()
		data := write(t, want, layout)
		h := header(t, data)
		delete(h, "__metadata__")
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		old := 8 + binary.LittleEndian.Uint64(data)
		stripped := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
		got, err := tensors.Read(append(stripped, data[old:]...), "f")
		if err != nil {
			t.Fatal(err)
		}
		want.Steps = want.Steps[1:] // without the scale, and with the same activations
		got = arraystest.Activate(got, chain.Activation{Function: "elu", Alpha: 1.5}, chain.Activation{Function: "softmax"})
		for i, s := range got.Steps {
			if b, ok := s.(chain.BatchNormalization); ok && layout == tensors.PyTorch && i == 1 {
				b.Epsilon = 1e-3
				got.Steps[i] = b
			}
		}
		if x := []float64{0.3, -2}; !near(chaintest.Run(got, x), chaintest.Run(want, x)) {
			t.Errorf("%s: %v, want %v", layout, chaintest.Run(got, x), chaintest.Run(want, x))
		}
	}
}

func near(a, b []float64) bool {
	for i := range a {
		if d := a[i] - b[i]; d > 1e-3 || d < -1e-3 {
			return false
		}
	}
	return len(a) == len(b)
}

func sorted(names []string) string {
	for i := range names {
		for j := i; j > 0 && names[j] < names[j-1]; j-- {
			names[j], names[j-1] = names[j-1], names[j]
		}
	}
	return strings.Join(names, " ")
}

func TestRefuse(t *testing.T) {
	file := func(header string, n int) []byte {
		return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, n)...)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "it ends after 0 bytes"},
		{"long", binary.LittleEndian.AppendUint64(nil, 1<<63), "its header would have 9223372036854775808 bytes"},
		{"no JSON", file("{x}", 0), "malformed JSON"},
		{"no tensors", file("{}", 0), "wanted arrays of weights, found none"},
		{"twice", file(`{"a":{},"a":{}}`, 0), `key "a" appears twice`},
		{"no shape", file(`{"a":{"dtype":"F32","data_offsets":[0,8]}}`, 8), `"a": wanted as many bytes as its shape takes, found 8`},
		{"no offsets", file(`{"a":{"dtype":"F32","shape":[1,1]}}`, 4), `"a": wanted a begin and an end among 4 bytes, found []`},
		{"outside", file(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, 3), "wanted a begin and an end"},
		{"hole", file(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]}}`, 8), "wanted it to begin at byte 0, found 4"},
		{"rest", file(`{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, 8), "wanted 4 bytes of tensors, found 8"},
		{"overflow", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}`, 0), "as its shape takes"},
		{"int8", file(`{"a.weight":{"dtype":"I8","shape":[2,2],"data_offsets":[0,4]}}`, 4), "found int8: a quantized model?"},
		{"fp8", file(`{"a.weight":{"dtype":"F8_E4M3","shape":[2,2],"data_offsets":[0,4]}}`, 4), `found "F8_E4M3": a quantized model?`},
		{"embedding", file(`{"e.embeddings":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`, 4), "found those of an embedding"},
		{"misfit", file(`{"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},`+
			`"b.weight":{"dtype":"F32","shape":[5,4],"data_offsets":[24,104]}}`, 104),
			"b.weight [5, 4] with 4 inputs after a.weight [2, 3] with 2 outputs"},
		{"document", file(`{"__metadata__":{"dnn.chain":"{"}}`, 0), "its document dnn.chain: unexpected end of JSON input"},
		{"no input", file(`{"__metadata__":{"dnn.chain":"{}"}}`, 0), "wanted the shape of an input, found []"},
		{"no array", file(`{"__metadata__":{"dnn.chain":"{\"input\":[2],\"steps\":[{\"step\":\"dense\",\"arrays\":\"x\"}]}"}}`, 0),
			`step 1, "dense": wanted arrays "x", found none`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tensors.Read(c.file, "f")
			if err == nil || fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) ||
				!strings.HasPrefix(err.Error(), "f: ") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if err := tensors.Write(&bytes.Buffer{}, whole(), "onnx"); fault.KindOf(err) != fault.Usage {
		t.Errorf("layout onnx: %v", err)
	}
}

// TestDamage cannot ask for the same numbers, since the format has no checksum.
func TestDamage(t *testing.T) {
	for _, layout := range tensors.Layouts() {
		arraystest.Damage(t, write(t, whole(), tensors.Layout(layout)), false, func(d []byte) (*chain.Chain, error) {
			return tensors.Read(d, "f")
		})
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

func TestWriteFails(t *testing.T) {
	for _, at := range []int{0, 8, 1000} {
		if err := tensors.Write(&limited{left: at}, whole(), tensors.Keras); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", at, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, layout := range tensors.Layouts() {
		var b bytes.Buffer
		if err := tensors.Write(&b, whole(), tensors.Layout(layout)); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := tensors.Read(data, "f")
		if err == nil && (c == nil || len(c.Steps) == 0) || err != nil && fault.KindOf(err) != fault.Data {
			t.Errorf("%v, %v", c, err)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	})
}
