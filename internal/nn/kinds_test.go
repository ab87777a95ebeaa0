package nn_test

import (
	"slices"
	"testing"

	"dnn/internal/nn"
)

// Each setting is completely described, the defaults are valid, and a required setting comes first.
func TestSettingsOfLayers(t *testing.T) {
	for _, layerType := range nn.LayerTypes() {
		l := nn.NewLayerSpec(layerType)
		if l.Type != layerType || l.Name != "" {
			t.Errorf("%s: a new one is %+v", layerType, l)
		}
		var names []string
		for i, s := range l.Settings() {
			if s.Name == "" || s.Doc == "" || s.Example == "" || slices.Contains(names, s.Name) {
				t.Errorf("%s: %s: wanted a name of its own, a doc and an example", layerType, s.Name)
			}
			if s.Required && i > 0 {
				t.Errorf("%s: %s: wanted what is required as the first", layerType, s.Name)
			}
			names = append(names, s.Name)
		}
	}
}

// The settings are those of the layer itself, not of a copy.
func TestSettingsPointIntoTheirLayer(t *testing.T) {
	l := nn.NewLayerSpec("batch_normalization")
	for _, s := range l.Settings() {
		s.Set(0.5)
	}
	if want := (nn.LayerSpec{Type: "batch_normalization", Momentum: 0.5, Epsilon: 0.5}); l != want {
		t.Errorf("wanted %+v, found %+v", want, l)
	}
	if again := nn.NewLayerSpec("batch_normalization"); again.Momentum != 0.99 {
		t.Errorf("wanted a default of 0.99, found %v", again.Momentum)
	}
}

// A loss made for the activation of the output comes first, and no loss made for another one is listed.
func TestLossesFor(t *testing.T) {
	const softmax, sigmoid = nn.CategoricalCrossentropy, nn.BinaryCrossentropy
	for _, tt := range []struct{ activation, first, without string }{
		{"softmax", softmax, sigmoid}, {"sigmoid", sigmoid, softmax}, {"relu", "mse", softmax},
		{"relu", "mse", sigmoid},
	} {
		got := nn.LossesFor(tt.activation)
		if got[0] != tt.first || slices.Contains(got, tt.without) || !slices.Contains(got, "mse") {
			t.Errorf("%s: wanted %s first, mse, and no %s, found %v", tt.activation, tt.first, tt.without, got)
		}
	}
}
