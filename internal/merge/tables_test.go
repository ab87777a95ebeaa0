package merge_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

// TestTables merges models of a table, whose training rows had other means and deviations.
func TestTables(t *testing.T) {
	table := func(seed uint64, mean, std []float64) *modelfile.Model {
		a := nntest.Network(3, nn.BinaryCrossentropy, nntest.Dense(4, "relu"), nntest.Dense(1, "sigmoid"))
		m := model(t, a, seed)
		m.InputShape, m.Scale, m.Classes = []int{3}, 1, []string{"no", "yes"}
		m.Columns, m.Mean, m.Std = []string{"x", "y", "z"}, mean, std
		m.Config = json.RawMessage(`{"dataset":{"csv":"t.csv","target":"kind"},"output_layer":{"activation":"sigmoid","units":1}}`)
		return m
	}
	models := []*modelfile.Model{
		table(1, []float64{0, -2, 7}, []float64{1, 3, math.MaxFloat64}), // z was constant
		table(2, []float64{0.5, -1, 9}, []float64{2, 0.5, 4}),
		table(3, []float64{-1, -1, 7}, []float64{0.75, math.MaxFloat64, 1}),
	}
	raw := []map[string]float64{{"x": 1, "y": 2, "z": 7}, {"x": -3, "y": 0.5, "z": 12}, {"x": 0, "y": -8, "z": 0}}
	wanted := make([]float64, len(raw))
	of := func(m *modelfile.Model) []float64 {
		s, err := m.Input().Rows(raw...)
		if err != nil {
			t.Fatal(err)
		}
		s.Labels = make([]uint8, s.Count)
		return logits(t, m, s)
	}
	for _, m := range models {
		for i, z := range of(m) {
			wanted[i] += z / float64(len(models))
		}
	}
	m := merged(t, save(t, models...))
	checkNear(t, of(m), wanted)
	if diff := cmp.Diff([]float64{0, -2, 9}, m.Mean); diff != "" {
		t.Errorf("means (-wanted +found):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{1, 3, 4}, m.Std); diff != "" {
		t.Errorf("standard deviations (-wanted +found):\n%s", diff)
	}
}
