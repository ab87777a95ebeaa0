package arrays_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
)

// list returns arrays of a text such as "fc1.weight 5,6; fc1.bias 5". Their numbers count up from 1, by rows.
func list(text string) (all []arrays.Array) {
	for entry := range strings.SplitSeq(text, "; ") {
		name, dims, _ := strings.Cut(entry, " ")
		a := arrays.Array{Name: name, Type: "float32", Shape: []int{}}
		n := 1
		for d := range strings.SplitSeq(dims, ",") {
			var size int
			if d == "" {
				continue
			}
			if _, err := fmt.Sscan(d, &size); err != nil {
				a.Type = d // a counter or another array of whole numbers
				n = 0
				continue
			}
			a.Shape = append(a.Shape, size)
			n *= size
		}
		if n > 0 {
			a.Data = make([]float32, n)
		}
		for i := range a.Data {
			a.Data[i] = float32(i + 1)
		}
		all = append(all, a)
	}
	return all
}

// steps returns the layers of a chain as a text: fc1 6>5+ is a Dense with a bias, bn1 (5) a batch normalization.
func steps(c *chain.Chain) string {
	var all []string
	for _, s := range c.Steps {
		switch s := s.(type) {
		case chain.Dense:
			text := fmt.Sprintf("%s %d>%d", s.Name, s.Inputs, s.Units)
			if s.Bias != nil {
				text += "+"
			}
			all = append(all, text)
		case chain.BatchNormalization:
			text := fmt.Sprintf("%s (%d)", s.Name, len(s.Mean))
			if s.Gamma == nil {
				text += "-"
			}
			all = append(all, text)
		case chain.Affine:
			all = append(all, fmt.Sprintf("%s *%d", s.Name, len(s.Scale)))
		}
	}
	return strings.Join(all, ", ")
}

func TestChain(t *testing.T) {
	const bn = "bn.weight 5; bn.bias 5; bn.running_mean 5; bn.running_var 5; bn.num_batches_tracked int64"
	for _, c := range []struct{ name, arrays, want string }{
		{"sequential", "1.weight 5,6; 1.bias 5; 3.weight 3,5; 3.bias 3", "1 6>5+, 3 5>3+"},
		{"names", "fc1.weight 5,6; fc1.bias 5; fc2.weight 3,5", "fc1 6>5+, fc2 5>3"},
		{"prefix", "module.net.0.weight 5,6; module.net.2.weight 3,5", "0 6>5, 2 5>3"},
		{"compiled", "_orig_mod.a.weight 5,6; _orig_mod.b.weight 3,5", "a 6>5, b 5>3"},
		{"one layer", "linear.weight 3,6; linear.bias 3", "linear 6>3+"},
		{"no layer name", "weight 3,6; bias 3", " 6>3+"},
		{"nested", "model.encoder.fc.weight 5,6; model.head.weight 3,5", "encoder.fc 6>5, head 5>3"},
		{"batch normalization", "a.weight 5,6; " + bn + "; c.weight 3,5", "a 6>5, bn (5), c 5>3"},
		{"of the inputs", "bn.running_mean 6; bn.running_var 6; a.weight 3,6", "bn (6)-, a 6>3"},
		{"declared after", "fc1.weight 5,6; fc2.weight 4,5; out.weight 3,4; bn1.running_mean 5; bn1.running_var 5; " +
			"bn2.running_mean 4; bn2.running_var 4", "fc1 6>5, bn1 (5)-, fc2 5>4, bn2 (4)-, out 4>3"},
		{"declared after, of one size", "fc1.weight 5,5; fc2.weight 5,5; bn1.running_mean 5; bn1.running_var 5; fc3.weight 3,5",
			"fc1 5>5, bn1 (5)-, fc2 5>5, fc3 5>3"},
		{"in lists", "bns.0.running_mean 5; bns.0.running_var 5; bns.1.running_mean 5; bns.1.running_var 5; " +
			"layers.0.weight 5,5; layers.1.weight 5,5; head.weight 3,5",
			"layers.0 5>5, bns.0 (5)-, layers.1 5>5, bns.1 (5)-, head 5>3"},
		{"before", "norm1.running_mean 5; norm1.running_var 5; fc1.weight 5,5; norm2.running_mean 5; norm2.running_var 5; " +
			"fc2.weight 3,5", "norm1 (5)-, fc1 5>5, norm2 (5)-, fc2 5>3"},
		{"blocks", "encoder.0.weight 5,5; encoder.1.weight 5,5; decoder.0.weight 5,5; decoder.1.weight 3,5",
			"encoder.0 5>5, encoder.1 5>5, decoder.0 5>5, decoder.1 5>3"},
		{"sorted as text", "1.weight 5,6; 10.weight 3,5; 4.weight 5,5; 8.weight 5,5", "1 6>5, 4 5>5, 8 5>5, 10 5>3"},
		{"by shape", "hidden.weight 4,5; in.weight 5,6; out.weight 3,4", "in 6>5, hidden 5>4, out 4>3"},
		{"keras", "dense.kernel 6,5; dense.bias 5; dense_1.kernel 5,3", "dense 6>5+, dense_1 5>3"},
		{"keras 2", "dense/kernel:0 6,5; dense/bias:0 5; dense_1/kernel:0 5,3", "dense 6>5+, dense_1 5>3"},
		{"keras sorted", "batch_normalization/gamma 5; batch_normalization/beta 5; batch_normalization/moving_mean 5; " +
			"batch_normalization/moving_variance 5; batch_normalization_1/moving_mean 6; " +
			"batch_normalization_1/moving_variance 6; dense/kernel 2,5; dense_1/kernel 5,6; dense_2/kernel 6,2",
			"dense 2>5, batch_normalization (5), dense_1 5>6, batch_normalization_1 (6)-, dense_2 6>2"},
		{"vars", "layers/dense/vars/0 6,5; layers/dense/vars/1 5; layers/batch_normalization/vars/0 5; " +
			"layers/batch_normalization/vars/1 5; layers/batch_normalization/vars/2 5; " +
			"layers/batch_normalization/vars/3 5; layers/dense_1/vars/0 5,3",
			"dense 6>5+, batch_normalization (5), dense_1 5>3"},
		{"get_weights", "arr_0 6,5; arr_1 5; arr_2 5; arr_3 5; arr_4 5; arr_5 5; arr_6 5,4; arr_7 4,3; arr_8 3",
			"layer_1 6>5+, layer_2 (5), layer_3 5>4, layer_4 4>3+"},
		{"more than ten", "arr_0 2,3; arr_1 3; arr_10 3,2; arr_11 2; arr_2 3,3; arr_3 3; arr_4 3,3; arr_5 3; arr_6 3,3; " +
			"arr_7 3; arr_8 3,3; arr_9 3",
			"layer_1 2>3+, layer_2 3>3+, layer_3 3>3+, layer_4 3>3+, layer_5 3>3+, layer_6 3>2+"},
		{"vars of one layer", "layers/dense/vars/0 6,5; layers/dense/vars/1 5", "dense 6>5+"},
		{"standardized", "arr_0 6; arr_1 6; arr_2 int64; arr_3 6,3", "layer_1 *6, layer_2 6>3"},
		{"parameters()", "arr_0 5,6; arr_1 5; arr_2 3,5; arr_3 3", "layer_1 6>5+, layer_2 5>3+"},
		{"coefs_ and intercepts_", "arr_0 6,5; arr_1 5,3; arr_2 5; arr_3 3", "layer_1 6>5+, layer_2 5>3+"},
		{"W1 b1", "W1 6,5; b1 5; W2 5,3; b2 3", "1 6>5+, 2 5>3+"},
		{"W1 transposed, b a column", "W1 5,6; b1 5,1; W2 3,5; b2 3,1", "1 6>5+, 2 5>3+"},
		{"joined", "fc1_weight 5,6; fc1_bias 5; fc2_weight 3,5", "fc1 6>5+, fc2 5>3"},
		{"hand-made", "l1.W 6,5; l1.b 5; l2.W 5,3", "l1 6>5+, l2 5>3"},
		{"flax", "batch_stats.BatchNorm_0.mean 5; batch_stats.BatchNorm_0.var 5; params.BatchNorm_0.bias 5; " +
			"params.BatchNorm_0.scale 5; params.Dense_0.bias 5; params.Dense_0.kernel 6,5; params.Dense_1.kernel 5,3",
			"Dense_0 6>5+, BatchNorm_0 (5), Dense_1 5>3"},
		{"weights of a loss", "model.0.weight 3,6; criterion.weight 3; n_averaged int64", "model.0 6>3"},
		{"scaled", "input.scale ; input.shift ; a.kernel 6,3", "input *1, a 6>3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := arrays.Chain(list(c.arrays), "f")
			if err != nil {
				t.Fatal(err)
			}
			if steps(got) != c.want || !got.Unsaid.Activations {
				t.Errorf("%s\nwant %s", steps(got), c.want)
			}
		})
	}
}

// TestUnordered is about a file whose arrays are sorted by name.
func TestUnordered(t *testing.T) {
	for _, c := range []struct {
		arrays, want string
		guessed      bool
	}{
		{"bn1.running_mean 5; bn1.running_var 5; bn2.running_mean 5; bn2.running_var 5; fc1.weight 5,5; fc2.weight 5,5; " +
			"out.weight 3,5", "fc1 5>5, bn1 (5)-, fc2 5>5, bn2 (5)-, out 5>3", false},
		{"1.weight 5,5; 10.weight 3,5; 9.weight 5,5", "1 5>5, 9 5>5, 10 5>3", false},
		{"z.weight 5,6; a.weight 3,5", "z 6>5, a 5>3", false},
		{"enter.weight 5,6; hidden.weight 4,5; out.weight 3,4", "enter 6>5, hidden 5>4, out 4>3", false},
		{"enter.weight 5,6; hidden.weight 5,5; latent.weight 5,5; out.weight 3,5",
			"enter 6>5, hidden 5>5, latent 5>5, out 5>3", true},
	} {
		got, err := arrays.Unordered(list(c.arrays), "f")
		if err != nil {
			t.Fatal(err)
		}
		if steps(got) != c.want {
			t.Errorf("%s\nwant %s", steps(got), c.want)
		}
		if guessed := strings.Contains(strings.Join(got.Notes, "\n"), "more than one fits"); guessed != c.guessed {
			t.Errorf("%s: a note about the order: %t, want %t", c.want, guessed, c.guessed)
		}
	}
}

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		arrays string
		want   []float32
	}{
		{"a.weight 2,3", []float32{1, 4, 2, 5, 3, 6}},
		{"a.kernel 3,2", []float32{1, 2, 3, 4, 5, 6}},
		{"arr_0 3,2; arr_1 2", []float32{1, 2, 3, 4, 5, 6}},
		{"arr_0 2,3; arr_1 2", []float32{1, 4, 2, 5, 3, 6}}, // the bias says which dimension is the units
		{"a.weight 3,2; a.bias 2", []float32{1, 2, 3, 4, 5, 6}},
	} {
		got, err := arrays.Chain(list(c.arrays), "f")
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Steps[0].(chain.Dense); d.Inputs != 3 || d.Units != 2 || !reflect.DeepEqual(d.Kernel, c.want) {
			t.Errorf("%s: %+v, want the kernel %v", c.arrays, d, c.want)
		}
	}
}

func TestEpsilon(t *testing.T) {
	for text, want := range map[string]float64{
		"a.weight 5,6; b.running_mean 5; b.running_var 5":                         1e-5,
		"a.kernel 6,5; b.moving_mean 5; b.moving_variance 5":                      1e-3,
		"arr_0 6,5; arr_1 5; arr_2 5; arr_3 5; arr_4 5; arr_5 5":                  1e-3,
		"arr_0 5,6; arr_1 5; arr_2 5; arr_3 5; arr_4 5; arr_5 5; arr_6 3,5":       1e-5,
		"layers/d/vars/0 6,5; layers/n/vars/0 5; layers/n/vars/1 5; z.kernel 5,2": 1e-3,
	} {
		got, err := arrays.Chain(list(text), "f")
		if err != nil {
			t.Fatal(err)
		}
		if b := got.Steps[1].(chain.BatchNormalization); b.Epsilon != want || len(got.Notes) == 0 {
			t.Errorf("%s: epsilon %v, want %v; notes %q", text, b.Epsilon, want, got.Notes)
		}
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct{ name, arrays, want string }{
		{"convolution", "conv1.weight 8,1,3,3; conv1.bias 8", "conv1.weight [8, 1, 3, 3]: wanted weights of at most 2 dimensions, found those of a convolution"},
		{"keras's convolution", "conv2d/kernel 3,3,1,8", "found those of a convolution"},
		{"LSTM", "lstm.weight_ih_l0 12,3", "found those of a recurrent layer"},
		{"keras's LSTM", "lstm/lstm_cell/recurrent_kernel 3,12", "found those of a recurrent layer"},
		{"attention", "self_attn.in_proj_weight 9,3", "found those of an attention"},
		{"embedding", "embedding/embeddings 9,3", "found those of an embedding"},
		{"layer normalization", "a.weight 5,6; ln.weight 5; ln.bias 5", "ln.weight [5]: wanted a layer's matrix, or the moving mean and variance of a batch normalization, found what may be a layer normalization"},
		{"LoRA", "a.lora_A.weight 2,6", "found those of a LoRA adapter"},
		{"a quantized matrix", "a.weight 2,3,int8", "a.weight [2, 3]: wanted weights that are floating-point numbers, found int8: a quantized model?"},
		{"misfit", "fc1.weight 5,6; fc2.weight 3,4", "fc2.weight [3, 4] with 4 inputs after fc1.weight [5, 6] with 5 outputs"},
		{"two orders", "x.weight 5,6; y.weight 5,6", "with 6 inputs after"},
		{"bias", "a.weight 5,6; a.bias 4", "a.bias [4]: wanted 5 values, as a.weight is [5, 6]"},
		{"twice", "a.weight 5,6; a.w 5,6; a/weight 6,5", "wanted one weight for a layer, found another"},
		{"batch normalization", "a.weight 5,6; b.running_mean 5; b.running_var 4", "b.running_var [4]: wanted as many values as b.running_mean has: 5"},
		{"unknown name", "a.weight 5,6; a.foo 5", `a.foo [5]: wanted a name that ends in weight`},
		{"more of a dense layer", "a.weight 5,6; a.gamma 5", "a.gamma [5]: wanted a dense layer's weights next to a.weight"},
		{"three vectors", "arr_0 6,5; arr_1 5; arr_2 5; arr_3 5; arr_4 5,2", "wanted a bias of 1, or a batch normalization's 2 or 4 vectors between matrices"},
		{"only counters", "a.num_batches_tracked int64", "wanted weights of layers, found none among 1 array"},
		{"variables", "layers/d/vars/1 5; layers/d/vars/2 5", "wanted its layer's variables as vars/0, vars/1"},
		{"a strange name", "\x1b[2J.foo 5", `"\x1b[2J.foo" [5]: wanted a name`},
		{"a scalar", "arr_0 6,5; arr_1 ", "wanted matrices and vectors, found a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := arrays.Chain(list(c.arrays), "f")
			if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 400 {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	a := list("a.weight 5,6; b.running_mean 5; b.running_var 5")
	a[2].Data[3] = -1
	if _, err := arrays.Chain(a, "f"); err == nil || !strings.Contains(err.Error(), "wanted variances of 0 or more, found -1") {
		t.Error(err)
	}
	a[0].Data[3] = float32(math.NaN())
	if _, err := arrays.Chain(a, "f"); err == nil || !strings.Contains(err.Error(), "wanted finite numbers, found NaN") {
		t.Error(err)
	}
}

func TestManyArrays(t *testing.T) {
	_, err := arrays.Chain(make([]arrays.Array, arrays.Max+1), "f")
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "wanted at most 4096 arrays") {
		t.Error(err)
	}
}

// TestManyLayers checks that the search for an order ends soon.
func TestManyLayers(t *testing.T) {
	var all []arrays.Array
	for i := range 150 {
		all = append(all, arrays.Array{Name: fmt.Sprintf("%c%c.weight", 'a'+i%26, 'a'+i/26), Shape: []int{2, 2},
			Type: "float32", Data: make([]float32, 4)})
	}
	all = append(all, arrays.Array{Name: "zz.weight", Shape: []int{1, 1}, Type: "float32", Data: make([]float32, 1)})
	if _, err := arrays.Chain(all, "f"); fault.KindOf(err) != fault.Data {
		t.Error(err)
	}
}

// TestHalf compares with values that are known.
func TestHalf(t *testing.T) {
	kind, ok := arrays.TypeOf("float16")
	if !ok {
		t.Fatal("no float16")
	}
	for bits, want := range map[uint16]float32{
		0: 0, 1: 0x1p-24, 0x3ff: 0x1.ff8p-15, 0x400: 0x1p-14, 0x3c00: 1, 0x3555: 0x1.554p-2, 0x7bff: 65504, 0xc000: -2,
	} {
		got := kind.Float([]byte{byte(bits), byte(bits >> 8)}, binary.LittleEndian)
		if got != want {
			t.Errorf("%#04x is %v, want %v", bits, got, want)
		}
	}
	if got := kind.Float([]byte{0, 0xfc}, binary.LittleEndian); !math.IsInf(float64(got), -1) {
		t.Errorf("0xfc00 is %v", got)
	}
	if got := kind.Float([]byte{0, 0x80}, binary.LittleEndian); got != 0 || !math.Signbit(float64(got)) {
		t.Errorf("0x8000 is %v", got)
	}
}
