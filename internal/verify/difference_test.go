package verify

import (
	"encoding/json"
	"strings"
	"testing"

	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// model returns a small model, changed as given.
func model(change func(*modelfile.Model)) *modelfile.Model {
	m := &modelfile.Model{
		Version: "1.0", Seed: 3, Dataset: "digits", DataHash: "ab", InputShape: []int{2}, Scale: 1,
		Classes: []string{"a", "b"}, Config: json.RawMessage(`{"epochs":2,"layers":[]}`),
		Architecture: nn.Architecture{Input: 2, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
			{Type: "dense", Name: "dense", Units: 2, Activation: "softmax"},
		}},
		History: history.Epochs{{Epoch: 1, Loss: 0.5}, {Epoch: 2, Loss: 0.25}},
		Tensors: []modelfile.Tensor{
			{Name: "dense.kernel", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}},
			{Name: "dense.bias", Shape: []int{2}, Data: []float32{0, 0}},
		},
	}
	change(m)
	return m
}

// TestDifference tests that the cause is named before its effects.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		change func(m *modelfile.Model)
		wanted string
	}{
		{func(m *modelfile.Model) { m.Version, m.Seed = "0.9", 4 },
			"the version of dnn: training again gave 1.0, the file has 0.9"},
		{func(m *modelfile.Model) { m.Dataset = "letters" }, "the name of the data set: training again gave digits, "},
		{func(m *modelfile.Model) { m.DataHash, m.Config = "cd", nil }, "the hash of digits: training again gave ab, "},
		{func(m *modelfile.Model) { m.Teachers = []string{"ef"} }, "the SHA-256 of the teachers: training again gave [], "},
		{func(m *modelfile.Model) { m.Start = "ef" }, "the SHA-256 of the model that it was trained from: training again"},
		{func(m *modelfile.Model) { m.Config = json.RawMessage(`{"epochs":3}`) },
			"the setting epochs: training again gave 2, the file has 3"},
		{func(m *modelfile.Model) { m.Config = json.RawMessage(`{"epochs":2,"layers":[],"shuffle":true}`) },
			"the setting shuffle: training again gave none, the file has true"},
		{func(m *modelfile.Model) { m.Architecture.Loss = "mse" }, "the architecture: training again gave {"},
		{func(m *modelfile.Model) { m.History = m.History[:1] },
			"the number of epochs: training again gave 2, the file has 1"},
		{func(m *modelfile.Model) { m.History[1].Loss = 0.125; m.Tensors[0].Data[3] = 9 },
			"epoch 2, loss: training again gave 0.25, the file has 0.125"},
		{func(m *modelfile.Model) { m.Tensors[0].Data[3] = 9 },
			"dense.kernel, element 3: training again gave 4, the file has 9"},
		{func(m *modelfile.Model) { m.Tensors[0].Data[3], m.Tensors[1].Data[0] = 9, 1 },
			"dense.kernel, element 3: training again gave 4, the file has 9 (and 1 other weight differs)"},
		{func(m *modelfile.Model) { m.Seed = 4 }, "the seed: training again gave 3, the file has 4"},
		{func(m *modelfile.Model) { m.Classes[0] = "c" }, "the classes: training again gave [a b], the file has [c b]"},
		{func(*modelfile.Model) {}, "the bytes differ, and all that they say is the same"},
	} {
		found := difference(model(c.change), model(func(*modelfile.Model) {}))
		if !strings.HasPrefix(found, c.wanted) {
			t.Errorf("wanted %q, found %q", c.wanted, found)
		}
	}
}
