package config

import (
	"encoding/json"
	"reflect"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"
)

func TestReproducible(t *testing.T) {
	stored := func(text string) string {
		got, err := json.Marshal(mustLoad(t, text).Reproducible())
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	for _, text := range []string{
		"threads: 3", "output: a.bin", "seeds: 20", "checkpoint: {every_epochs: 3, best: loss, keep_last: true}", "tensorboard: a",
		"json_log: a",
		"learning_rate_log: {file: a.csv, interval: step}",
	} {
		if got, want := stored(text), stored(""); got != want {
			t.Errorf("%s: stored as\n%s, wanted\n%s", text, got, want)
		}
	}
	for _, text := range []string{"seed: 2", "augment: {shift: 1}", "early_stopping: {}", "target: {value: 0.9}",
		"validation: stratified"} {
		if stored(text) == stored("") {
			t.Errorf("%s is not stored", text)
		}
	}
}

func TestStored(t *testing.T) {
	want := mustLoad(t,
		"validation: stratified\nvalidation_split: 0.25\nlayers: [7, {dropout: 0.5}]\n"+
			"optimizer: {name: sgd, momentum: 0.9}")
	stored, err := json.Marshal(want.Reproducible())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Stored("m.bin", stored)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Config, want.Config) {
		t.Errorf("wanted %+v, found %+v", want.Config, got.Config)
	}
	other := nn.Architecture{Input: 4, Loss: "categorical_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 14, Activation: "relu"},
		{Type: "dense", Name: "dense_1", Units: 6, Activation: "tanh"},
		{Type: "dense", Name: "dense_2", Units: 3, Activation: "softmax"},
	}}
	got, err = StoredFor("m.bin", stored, other)
	if err != nil {
		t.Fatal(err)
	}
	want.Layers = []Layer{{Type: "dense", Units: 14}, {Type: "dense", Units: 6, Activation: "tanh"}}
	if !reflect.DeepEqual(got.Config, want.Config) {
		t.Errorf("with other layers: wanted %+v, found %+v", want.Config, got.Config)
	}
	if got, err := got.Architecture(4, 3); err != nil || !reflect.DeepEqual(got, other) {
		t.Errorf("wanted %+v, found %+v, %v", other, got, err)
	}
	other.Layers = other.Layers[2:]
	if got, err = StoredFor("m.bin", stored, other); err != nil || len(got.Layers) != 0 {
		t.Errorf("wanted no hidden layer, found %v, %v", got.Layers, err)
	}
	apart := nn.NewLayerSpec("activation")
	apart.Name, apart.Activation = "activation", "relu" // the experiment's
	last := other.Layers[0]
	other.Layers = []nn.LayerSpec{{Type: "dense", Name: "dense", Units: 2, Activation: "linear"}, apart, last}
	if got, err = StoredFor("m.bin", stored, other); err != nil || got.Layers[1].Activation != "relu" {
		t.Errorf("wanted relu, found %v, %v", got, err)
	}
	other.Layers = []nn.LayerSpec{last}
	other.Loss, other.Layers[0].Activation = "mse", "sigmoid"
	if got, err = StoredFor("m.bin", stored, other); err != nil || got.Loss != "mse" || got.OutputLayer.Activation != "sigmoid" {
		t.Errorf("wanted sigmoid and mse, found %v, %v", got, err)
	}
	for _, text := range []string{"", "[]", `{"validation_split": 1}`, `{"unknown": 1}`} {
		if _, err := StoredFor("m.bin", json.RawMessage(text), other); fault.KindOf(err) != fault.Data {
			t.Errorf("%q, with other layers: found %v", text, err)
		}
		if _, err := Stored("m.bin", json.RawMessage(text)); fault.KindOf(err) != fault.Data {
			t.Errorf("%q: found %v", text, err)
		}
	}
}
