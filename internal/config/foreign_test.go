package config

import (
	"strings"
	"testing"

	"dnn/internal/config/synonym"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// TestForeignNames applies the hint for each name of another library. The corrected file must load.
func TestForeignNames(t *testing.T) {
	seen := map[string]bool{}
	tbl := table()
	for f, names := range synonym.Keys() {
		mended := f.Key + ": " + f.Value
		if f.Value == "" {
			k, _ := tbl.Find(f.Key)
			mended = k.Name + ": " + k.Example
			if group, leaf := k.Parent(); group != "" {
				mended = group + ": {" + leaf + ": " + k.Example + "}"
			}
			if k.Example == "mse" {
				mended = "loss: mse"
			}
		}
		if _, err := loadText(mended); err != nil {
			t.Errorf("%s: %v", mended, err)
		}
		for _, name := range names {
			if seen[name] || name != strings.ToLower(name) || strings.ContainsAny(name, "_-") {
				t.Errorf("%s is there twice, or is not plain", name)
			}
			seen[name] = true
			if _, known := tbl.Find(name); known {
				continue // it differs by an underscore
			}
			_, err := loadText(name + ": 1")
			if e := asFault(t, err); e.Hint != wanted(f) {
				t.Errorf("%s: found the hint %q, wanted %q", name, e.Hint, wanted(f))
			}
			_, err = Load(Options{Flags: []Flag{{Name: "--set", Key: name, Value: "1"}}})
			hint := asFault(t, err).Hint
			if set, ok := strings.CutPrefix(hint, "write --set "); ok {
				flag, err := SetFlag(strings.Trim(set, "'"))
				if err == nil {
					_, err = Load(Options{Flags: []Flag{flag}})
				}
				if err != nil {
					t.Errorf("--set %s: %v", set, err)
				}
			} else if hint != "did you mean "+f.Key+"?" {
				t.Errorf("--set %s: found the hint %q", name, hint)
			}
		}
	}
}

// wanted is the hint for a name outside all groups.
func wanted(f keyfile.Foreign) string {
	group, leaf := Key{Name: f.Key}.Parent()
	switch {
	case f.Value != "":
		return "write " + f.Key + ": " + f.Value
	case group == "":
		return "did you mean " + leaf + "?"
	}
	return "it belongs in " + group + ": {" + leaf + ": …}"
}

func TestForeignValues(t *testing.T) {
	used := map[string]bool{}
	for _, k := range Keys() {
		names, ok := k.Kind.(keyfile.Choice)
		if i, is := k.Kind.(initializer); is {
			names, ok = choice(i...), true
		}
		if !ok {
			continue
		}
		for name, others := range synonym.Values() {
			for _, other := range others {
				if _, problem := names.Read(keyfile.PlainNode(other)); problem == nil ||
					problem.Hint != "did you mean "+name+"?" {
					continue
				}
				used[name] = true
				if _, problem := k.Kind.Read(keyfile.PlainNode(name)); problem != nil {
					t.Errorf("%s: %s: %s", k.Name, name, problem.What)
				}
			}
		}
	}
	for name := range synonym.Values() {
		if !used[name] {
			t.Errorf("%s is a value of no key", name)
		}
	}
	for text, want := range map[string]string{
		"activation: swish": "silu", "loss: mean_squared_error": "mse",
		"loss: sparse_categorical_crossentropy": nn.CategoricalCrossentropy,
		"loss: cross_entropy":                   nn.CategoricalCrossentropy, "optimizer: {name: Adam}": "adam",
		"kernel_initializer: xavier": "glorot_uniform",
	} {
		_, err := loadText(text)
		if e := asFault(t, err); e.Hint != "did you mean "+want+"?" {
			t.Errorf("%s: found the hint %q", text, e.Hint)
		}
	}
}

// TestHintsHelp applies hints: what they say to write must load.
func TestHintsHelp(t *testing.T) {
	for _, tt := range []struct{ text, hint, mended string }{
		{"target: 0.98", "write target: {value: 0.98}", "target: {value: 0.98}"},
		{"target: true", "write target: {value: 0.98}", "target: {value: 0.98}"},
		{"early_stopping: 5", "write early_stopping: {patience: 5}", "early_stopping: {patience: 5}"},
		{"early_stopping: val_accuracy", "write early_stopping: {monitor: val_accuracy}",
			"early_stopping: {monitor: val_accuracy}"},
		{"early_stopping: false", "leave early_stopping out to do without", ""},
		{"checkpoint: true", "write checkpoint: {every_epochs: 5}", "checkpoint: {every_epochs: 5}"},
		{"checkpoint: 2.5", "write checkpoint: {every_minutes: 2.5}", "checkpoint: {every_minutes: 2.5}"},
		{"checkpoint: val_loss", "write checkpoint: {best: val_loss}", "checkpoint: {best: val_loss}"},
		{"augment: true", "write augment: {shift: 0.5}", "augment: {shift: 0.5}"},
		{"distill: large.bin", "write distill: {teacher: large.bin}", "distill: {teacher: large.bin}"},
		{"optimizer: Adam", "write optimizer: {name: adam}", "optimizer: {name: adam}"},
		{"optimizer: 0.1", "write optimizer: {learning_rate: 0.1}", "optimizer: {learning_rate: 0.1}"},
		{"tensorboard: true", "write tensorboard: runs/first", "tensorboard: runs/first"},
		{"layers: 100, 50", "write [100, 50]", "layers: [100, 50]"},
		{"layers: [{units: 100}]", "write {dense: 100}", "layers: [{dense: 100}]"},
		{"optimizer:\n  learning_rate: 0,001", "write 0.001", "optimizer:\n  learning_rate: 0.001"},
		{"optimizer: {learning_rate: 0,001}", "write 0.001", "optimizer: {learning_rate: 0.001}"},
		{"optimizer: {lr: 0.1}", "did you mean learning_rate?", "optimizer: {learning_rate: 0.1}"},
	} {
		_, err := loadText(tt.text)
		if e := asFault(t, err); e.Hint != tt.hint {
			t.Errorf("%s: found %v, hint %q, wanted %q", tt.text, e, e.Hint, tt.hint)
		}
		if _, err := loadText(tt.mended); err != nil {
			t.Errorf("%s: %v", tt.mended, err)
		}
	}
	_, err := Load(Options{Flags: []Flag{{Name: "--set", Key: "optimizer.lr", Value: "1"}}})
	if e := asFault(t, err); e.Hint != "did you mean optimizer.learning_rate?" {
		t.Errorf("found the hint %q", e.Hint)
	}
}
