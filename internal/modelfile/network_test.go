package modelfile

import (
	"slices"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"
)

// TestLoad loads the weights of a network into others: those that differ only in what matters in training take them.
func TestLoad(t *testing.T) {
	arch := func(loss string, layers ...nn.LayerSpec) nn.Architecture {
		return nn.Architecture{Input: 2, Loss: loss, Layers: layers}
	}
	hidden := nn.LayerSpec{Type: "dense", Name: "dense", Units: 3, Activation: "relu"}
	batch := nn.LayerSpec{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 0.001}
	output := nn.LayerSpec{Type: "dense", Name: "dense_1", Units: 2, Activation: "softmax"}
	const loss = nn.CategoricalCrossentropy
	network := func(a nn.Architecture) *nn.Sequential {
		m, err := nn.New(a, 1)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	plain := arch(loss, hidden, batch, output)
	var m Model
	m.Store(network(plain))

	other := hidden
	other.KernelInitializer, other.BiasInitializer = nn.Initializer{Name: "he_normal"}, nn.Initializer{Name: "ones"}
	other.L1, other.L2 = 1e-5, 1e-4
	slow := batch
	slow.Momentum = 0.99
	dropped := arch(loss, other, slow, nn.LayerSpec{Type: "dropout", Name: "dropout", Rate: 0.5}, output)
	dropped.LabelSmoothing = 0.1
	into := network(dropped)
	if err := m.Load(into, "m.bin"); err != nil {
		t.Fatal(err)
	}
	for i, p := range into.Params() {
		if p.Name != m.Tensors[i].Name || !slices.Equal(p.Floats(), m.Tensors[i].Data) {
			t.Errorf("%s: wanted the weights of the model, found others", p.Name)
		}
	}

	tanh, wide := hidden, batch
	tanh.Activation, wide.Epsilon = "tanh", 0.01
	const found = ", found 2-3 relu-batch_normalization (epsilon 0.001)-2 softmax, categorical_crossentropy"
	for wanted, a := range map[string]nn.Architecture{
		"2-3 tanh-batch_normalization (epsilon 0.001)-2 softmax, categorical_crossentropy": arch(loss, tanh, batch, output),
		"2-3 relu-batch_normalization (epsilon 0.001)-tanh-leaky_relu (negative_slope 0.3)-elu (alpha 0)-2 softmax, " +
			"categorical_crossentropy": arch(loss, hidden, batch,
			nn.LayerSpec{Type: "activation", Name: "activation", Activation: "tanh"},
			nn.LayerSpec{Type: "leaky_relu", Name: "leaky_re_lu", NegativeSlope: 0.3},
			nn.LayerSpec{Type: "elu", Name: "elu"}, output),
		"2-3 relu-2 softmax, categorical_crossentropy":                                    arch(loss, hidden, output),
		"2-3 relu-batch_normalization (epsilon 0.001)-2 softmax, mse":                     arch("mse", hidden, batch, output),
		"2-3 relu-batch_normalization (epsilon 0.01)-2 softmax, categorical_crossentropy": arch(loss, hidden, wide, output),
	} {
		wantFault(t, m.Load(network(a), "m.bin"), fault.Config, "m.bin: wanted the network "+wanted+found, "")
	}
}
