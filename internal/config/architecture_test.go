package config

import (
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"

	"github.com/google/go-cmp/cmp"
)

const course = "layers: [8]\ninput: 4\noutput_layer: {units: 1, activation: sigmoid}\n"

func TestArchitecture(t *testing.T) {
	layer := func(name string, units int, activation string) nn.LayerSpec {
		return nn.LayerSpec{Type: "dense", Name: name, Units: units, Activation: activation}
	}
	tests := []struct {
		name, text        string
		features, classes int
		want              nn.Architecture
	}{
		{"seed recipe", "", 784, 10,
			nn.Architecture{Input: 784, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
				layer("dense", 100, "relu"), layer("dense_1", 50, "relu"), layer("dense_2", 10, "softmax")}}},
		{"the course's first", course, 0, 0,
			nn.Architecture{Input: 4, Loss: "binary_crossentropy", Layers: []nn.LayerSpec{
				layer("dense", 8, "relu"), layer("dense_1", 1, "sigmoid")}}},
		{"two classes", course, 4, 2, nn.Architecture{Input: 4, Loss: "binary_crossentropy", Layers: []nn.LayerSpec{
			layer("dense", 8, "relu"), layer("dense_1", 1, "sigmoid")}}},
		{"no hidden layer", "layers: []\ninput: 784\noutput_layer: {units: 10}", 784, 10,
			nn.Architecture{Input: 784, Loss: "categorical_crossentropy",
				Layers: []nn.LayerSpec{layer("dense", 10, "softmax")}}},
		{"other layers",
			"layers: [3, {dropout: 0.2}, batch_normalization, " +
				"{dense: 4, kernel_initializer: zeros, l2: 0.1}, {dropout: 0.3}]\n" +
				"kernel_initializer: ones\nlabel_smoothing: 0.1", 5, 2,
			nn.Architecture{Input: 5, Loss: "categorical_crossentropy", LabelSmoothing: 0.1, Layers: []nn.LayerSpec{
				{Type: "dense", Name: "dense", Units: 3, Activation: "relu",
					KernelInitializer: nn.Initializer{Name: "ones"}},
				{Type: "dropout", Name: "dropout", Rate: 0.2},
				{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.99, Epsilon: 0.001},
				{Type: "dense", Name: "dense_1", Units: 4, Activation: "relu",
					KernelInitializer: nn.Initializer{Name: "zeros"}, L2: 0.1},
				{Type: "dropout", Name: "dropout_1", Rate: 0.3},
				{Type: "dense", Name: "dense_2", Units: 2, Activation: "softmax"},
			}}},
		{"activations apart",
			"layers: [{dense: 3, activation: linear}, {activation: tanh}, leaky_relu, {leaky_relu: {negative_slope: 0}}, " +
				"elu, {elu: {alpha: 1.5}}, {activation: relu}]\nactivation: gelu", 5, 2,
			nn.Architecture{Input: 5, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
				layer("dense", 3, "linear"),
				{Type: "activation", Name: "activation", Activation: "tanh"},
				{Type: "leaky_relu", Name: "leaky_re_lu", NegativeSlope: 0.3},
				{Type: "leaky_relu", Name: "leaky_re_lu_1"},
				{Type: "elu", Name: "elu", Alpha: 1},
				{Type: "elu", Name: "elu_1", Alpha: 1.5},
				{Type: "activation", Name: "activation_1", Activation: "relu"},
				layer("dense_1", 2, "softmax"),
			}}},
		{"glorot_uniform goes without saying",
			"layers: [{dense: 3, kernel_initializer: glorot_uniform}]\nkernel_initializer: zeros", 5, 2,
			nn.Architecture{Input: 5, Loss: "categorical_crossentropy",
				Layers: []nn.LayerSpec{layer("dense", 3, "relu"), layer("dense_1", 2, "softmax")}}},
		{"constants",
			"layers: [{dense: 3, bias_initializer: {constant: -0.5}}, " +
				"{dense: 4, kernel_initializer: zeros, bias_initializer: ones}, " +
				"{dense: 5, bias_initializer: zeros}]\n" +
				"kernel_initializer: {constant: 0.1}", 5, 2,
			nn.Architecture{Input: 5, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
				{Type: "dense", Name: "dense", Units: 3, Activation: "relu",
					KernelInitializer: nn.Initializer{Name: "constant", Value: 0.1},
					BiasInitializer:   nn.Initializer{Name: "constant", Value: -0.5}},
				{Type: "dense", Name: "dense_1", Units: 4, Activation: "relu",
					KernelInitializer: nn.Initializer{Name: "zeros"},
					BiasInitializer:   nn.Initializer{Name: "ones"}},
				{Type: "dense", Name: "dense_2", Units: 5, Activation: "relu",
					KernelInitializer: nn.Initializer{Name: "constant", Value: 0.1}},
				layer("dense_3", 2, "softmax"),
			}}},
		{"activation", "layers: [3]\nactivation: tanh", 5, 2,
			nn.Architecture{Input: 5, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
				layer("dense", 3, "tanh"), layer("dense_1", 2, "softmax")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mustLoad(t, tt.text).Architecture(tt.features, tt.classes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLayerWithAnActivationOfItsOwn(t *testing.T) {
	c := Config{Layers: []Layer{{Type: "dense", Units: 3, Activation: "tanh"}, {Type: "dense", Units: 2}},
		Activation: "relu", OutputLayer: OutputLayer{Activation: "softmax"}}
	a, err := c.Architecture(4, 2)
	if err != nil || a.Layers[0].Activation != "tanh" || a.Layers[1].Activation != "relu" {
		t.Errorf("found %+v, %v", a, err)
	}
}

func TestArchitectureErrors(t *testing.T) {
	tests := []struct {
		name, text        string
		features, classes int
		want              string
	}{
		{"input", "input: 4", 784, 10, "mlp.yaml:1:8: input: wanted 784, the features of one sample of mnist, found 4"},
		{"no input", "", 0, 10, "input: wanted the number of features of one sample, found 0"},
		{"units", "\noutput_layer: {units: 5}", 784, 10,
			"mlp.yaml:2:23: output_layer.units: wanted 10, the classes of mnist, found 5"},
		{"no units", "", 784, 0, "output_layer.units: wanted the number of classes, found 0"},
		{"one class", "", 784, 1, "output_layer.units: wanted a data set with 2 or more classes, found 1"},
		{"yes or no of ten", "output_layer: {activation: sigmoid}", 784, 10,
			"output_layer.units: wanted 10, the classes of mnist, found 1, which tells two apart"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mustLoad(t, tt.text).Architecture(tt.features, tt.classes)
			if e := asFault(t, err); e.Error() != tt.want || e.Kind != fault.Config {
				t.Errorf("wanted %s, found %s", tt.want, e)
			}
		})
	}
}
