package keras

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
)

// before returns the chain of a layer for inputs of that shape, and a Dense of one unit after a Flatten.
func before(t *testing.T, shape, layer string, inputs int) (*chain.Chain, error) {
	t.Helper()
	var h hdf5.Group
	for _, group := range []string{"layers/dense/vars/", "layers/dense_1/vars/"} {
		h.Floats(group+"0", []int{inputs, 1}, sequence(inputs, 0))
		h.Floats(group+"1", []int{1}, sequence(1, 0))
	}
	weights, err := h.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return ReadWeights(weights, fmt.Appendf(nil, `{"class_name": "Sequential", "config": {"layers": [
		{"class_name": "InputLayer", "config": {"name": "i", "batch_shape": %s}}, %s,
		{"class_name": "Flatten", "config": {"name": "f"}},
		{"class_name": "Dense", "config": {"name": "d", "units": 1}}]}}`, shape, layer), "f")
}

// Lists are aligned at the last dimension, and repeated.
func TestAffine(t *testing.T) {
	for _, c := range []struct {
		shape, layer string
		scale, shift []float64
	}{
		{`[null, 2, 3]`, `{"class_name": "Rescaling", "config": {"scale": 2}}`, []float64{2}, []float64{0}},
		{`[null, 2, 3]`, `{"class_name": "Rescaling", "config": {"scale": [1, 2, 3], "offset": [[4], [5]]}}`,
			[]float64{1, 2, 3, 1, 2, 3}, []float64{4, 4, 4, 5, 5, 5}},
		{`[null, 2, 3]`, `{"class_name": "Rescaling", "config": {"scale": [[1, 2, 3], [4, 5, 6]], "offset": 1}}`,
			[]float64{1, 2, 3, 4, 5, 6}, []float64{1}},
		{`[null, 2, 3]`, `{"class_name": "Normalization", "config": {"axis": [1], "mean": [1, 2], "variance": [4, 0.25]}}`,
			[]float64{0.5, 0.5, 0.5, 2, 2, 2}, []float64{-0.5, -0.5, -0.5, -4, -4, -4}},
		{`[null, 2]`, `{"class_name": "Normalization", "config": {"axis": -1, "mean": 1, "variance": 4}}`,
			[]float64{0.5}, []float64{-0.5}},
		{`[null, 2, 3]`, `{"class_name": "Normalization", "config": {"axis": [], "mean": 1, "variance": 4}}`, // axis=None
			[]float64{0.5}, []float64{-0.5}},
		// Keras takes standard deviations below 1e-7 as 1e-7.
		{`[null, 2]`, `{"class_name": "Normalization", "config": {"mean": [0, 1], "variance": [0, 1e-16]}}`,
			[]float64{1 / 1e-7, 1 / 1e-7}, []float64{0, -1 / 1e-7}},
		{`[null, 2]`, `{"class_name": "Normalization", "config": {"mean": [1, 2], "variance": [4, 1], "invert": true}}`,
			[]float64{2, 1}, []float64{1, 2}},
	} {
		inputs := 6
		if c.shape == `[null, 2]` {
			inputs = 2
		}
		got, err := before(t, c.shape, c.layer, inputs)
		if err != nil {
			t.Errorf("%s: %v", c.layer, err)
			continue
		}
		a := got.Steps[0].(chain.Affine)
		if !slices.Equal(a.Scale, c.scale) || !slices.EqualFunc(a.Shift, c.shift, func(x, y float64) bool { return x == y }) {
			t.Errorf("%s: %v, %v", c.layer, a.Scale, a.Shift)
		}
	}
}

// What a dense network cannot have is refused by the layer's class and name.
func TestLayersRefused(t *testing.T) {
	for layer, want := range map[string]string{
		`{"class_name": "Conv2D", "config": {"name": "x"}}`:                                                                                   "layer x (Conv2D): not supported",
		`{"class_name": "Rescaling", "config": {"name": "x", "scale": [1, 2]}}`:                                                               "layer x (Rescaling): scale: wanted a number",
		`{"class_name": "Rescaling", "config": {"name": "x", "scale": "a"}}`:                                                                  "layer x (Rescaling): scale: wanted numbers",
		`{"class_name": "Reshape", "config": {"name": "x", "target_shape": [4]}}`:                                                             "target_shape: wanted 6 values",
		`{"class_name": "Reshape", "config": {"name": "x", "target_shape": [-1, -1]}}`:                                                        "target_shape: wanted 6 values",
		`{"class_name": "Reshape", "config": {"name": "x", "target_shape": [-1, 4]}}`:                                                         "target_shape: wanted 6 values",
		`{"class_name": "Flatten", "config": {"name": "x", "data_format": "channels_first"}}`:                                                 "data_format",
		`{"class_name": "Softmax", "config": {"name": "x"}}`:                                                                                  "layer x (Softmax): wanted values in one dimension",
		`{"class_name": "Activation", "config": {"name": "x", "activation": "softmax"}}`:                                                      "wanted values in one dimension",
		`{"class_name": "Softmax", "config": {"name": "x", "axis": 1}}`:                                                                       "axis: wanted the last",
		`{"class_name": "Dropout", "config": {"name": "x", "rate": "a"}}`:                                                                     "layer x (Dropout): rate",
		`{"class_name": "Dropout", "config": {"name": "x", "dtype": {"class_name": "DTypePolicy", "config": {"name": "int8_from_float32"}}}}`: "quantized",
		`{"class_name": "Normalization", "config": {"name": "x", "axis": 3, "mean": 1, "variance": 1}}`:                                       "axis: wanted a dimension",
		`{"class_name": "Normalization", "config": {"name": "x", "mean": 1, "variance": -1}}`:                                                 "variance: wanted",
		`{"class_name": "Normalization", "config": {"name": "x"}}`:                                                                            "wanted its weights (mean, variance, count), found none",
		`{"class_name": "BatchNormalization", "config": {"name": "x", "renorm": true}}`:                                                       "renorm",
		`{"class_name": "Dense", "config": {"name": "x", "units": 2}}`:                                                                        "layer x (Dense): wanted values in one dimension",
		`{"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 7]}}`:                                                     "layer x (InputLayer): wanted the shape [2 3]",
	} {
		_, err := before(t, `[null, 2, 3]`, layer, 6)
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, wanted %q", layer, err, want)
		}
	}
	// The weights must be those of the layers.
	if _, err := before(t, `[null, 2, 3]`, `{"class_name": "Dropout", "config": {}}`, 5); err == nil ||
		!strings.Contains(err.Error(), "layer d (Dense): kernel: wanted the shape [6 1], found [5 1]") {
		t.Errorf("a kernel of other inputs: %v", err)
	}
}
