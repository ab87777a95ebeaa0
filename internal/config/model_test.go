package config

import (
	"encoding/json"
	"testing"
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
		"threads: 3", "output: a.bin", "checkpoint: {every_epochs: 3, best: loss}", "tensorboard: a", "json_log: a",
	} {
		if got, want := stored(text), stored(""); got != want {
			t.Errorf("%s: stored as\n%s, want\n%s", text, got, want)
		}
	}
	for _, text := range []string{"seed: 2", "augment: {shift: 1}", "early_stopping: {}", "target: {value: 0.9}", "validation: stratified"} {
		if stored(text) == stored("") {
			t.Errorf("%s is not stored", text)
		}
	}
}

func TestValidation(t *testing.T) {
	stored, err := json.Marshal(mustLoad(t, "validation: stratified\nvalidation_split: 0.25").Reproducible())
	if err != nil {
		t.Fatal(err)
	}
	if split, err := ValidationSplit(stored); err != nil || split != 0.25 {
		t.Errorf("got %v, %v", split, err)
	}
	for text, want := range map[string]string{string(stored): "stratified", `{"validation_split": 0.1}`: "tail", "": "tail"} {
		if got := Validation(json.RawMessage(text)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "{}", `{"validation_split": 1}`, "[]"} {
		if _, err := ValidationSplit(json.RawMessage(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
