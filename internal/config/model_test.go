package config

import (
	"encoding/json"
	"reflect"
	"testing"

	"dnn/internal/fault"
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
		"threads: 3", "output: a.bin", "checkpoint: {every_epochs: 3, best: loss, keep_last: true}", "tensorboard: a",
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
	for _, text := range []string{"", "[]", `{"validation_split": 1}`, `{"unknown": 1}`} {
		if _, err := Stored("m.bin", json.RawMessage(text)); fault.KindOf(err) != fault.Data {
			t.Errorf("%q: found %v", text, err)
		}
	}
}
