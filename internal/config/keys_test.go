package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/configs"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestKeysAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Keys() {
		if seen[k.Name] {
			t.Errorf("%s is in the table twice", k.Name)
		}
		seen[k.Name] = true
		if group, _ := k.parent(); group != "" && !seen[group] {
			t.Errorf("%s stands before its group", k.Name)
		}
		if k.By != "" && !seen[k.By] {
			t.Errorf("%s stands before %s, on which it depends", k.Name, k.By)
		}
		if k.Doc == "" || !strings.HasSuffix(k.Doc, ".") || len(k.Doc) > 90 {
			t.Errorf("%s: doc is no short sentence: %q", k.Name, k.Doc)
		}
		if k.Group() {
			continue
		}
		if (k.By == "") != (len(k.Variants) == 0) || (k.By == "") != (k.Default != "") {
			t.Errorf("%s: wanted either a default or a key that it depends on with variants", k.Name)
		}
		if by := newTable().byName[k.By]; k.By != "" {
			for _, v := range k.Variants {
				if _, problem := by.kind.read(by.kind.node(v.Of)); problem != nil {
					t.Errorf("%s: %s cannot be %s", k.Name, k.By, v.Of)
				}
			}
		}
	}
}

func TestExamplesAreValid(t *testing.T) {
	for _, k := range Keys() {
		if k.Group() {
			continue
		}
		r, err := loadText(example(k))
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if got := r.Origins[k.Name]; got != "mlp.yaml:1" {
			t.Errorf("%s: %q gives it the origin %q", k.Name, example(k), got)
		}
		if got := k.kind.show(r.values[k.Name]); !cmp.Equal(parseDefault(k, got), parseDefault(k, k.Example)) {
			t.Errorf("%s: example %s is read as %s", k.Name, k.Example, got)
		}
	}
}

// equalValues compares experiments without the origins of their values.
func equalValues(a, b *Resolved) string {
	return cmp.Diff(a.Config, b.Config) + cmp.Diff(a.values, b.values, cmpopts.EquateEmpty())
}

func TestBuiltInEqualsDefaults(t *testing.T) {
	builtIn, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := equalValues(mustLoad(t, ""), builtIn); diff != "" {
		t.Errorf("configs/mlp.yaml is not the defaults (-defaults +file):\n%s", diff)
	}
	if diff := equalValues(mustLoad(t, configs.MLP()), builtIn); diff != "" {
		t.Errorf("the built-in file is not configs/mlp.yaml:\n%s", diff)
	}
}

func TestDefaultsAreKeras(t *testing.T) {
	want := Config{
		Dataset: "mnist", Layers: []Layer{{Units: 100}, {Units: 50}}, Activation: "relu",
		OutputLayer: OutputLayer{Activation: "softmax"}, Loss: "categorical_crossentropy",
		Optimizer: Optimizer{Name: "adam", LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7},
		Epochs:    10, BatchSize: 100, ValidationSplit: 0.2, Shuffle: true, Seed: 1, Output: "model.bin",
	}
	if diff := cmp.Diff(want, mustLoad(t, "").Config); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Optimizer{Name: "sgd", LearningRate: 0.01}, mustLoad(t, "optimizer: {name: sgd}").Optimizer); diff != "" {
		t.Error(diff)
	}
}

func TestConfigFiles(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		if _, err := Load(Options{Path: file}); err != nil {
			t.Error(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# ") {
			t.Errorf("%s: wanted a head comment that says the result to expect", file)
		}
	}
}

func TestTemplate(t *testing.T) {
	checkGolden(t, "testdata/template.yaml", Template())
	if diff := equalValues(mustLoad(t, ""), mustLoad(t, Template())); diff != "" {
		t.Errorf("the template is not the defaults:\n%s", diff)
	}
	// The same holds once a user takes the marks from the keys that are commented out, and then every key is there.
	var lines []string
	for line := range strings.Lines(Template()) {
		bare := strings.TrimLeft(line, " ")
		for _, name := range newTable().settable() {
			leaf := name[strings.LastIndexByte(name, '.')+1:]
			if strings.HasPrefix(bare, "# "+leaf+": ") {
				line = strings.Replace(line, "# ", "", 1)
			}
		}
		lines = append(lines, line)
	}
	r := mustLoad(t, strings.Join(lines, ""))
	if diff := equalValues(mustLoad(t, ""), r); diff != "" {
		t.Errorf("the template without marks is not the defaults:\n%s", diff)
	}
	for key, origin := range r.Origins {
		if origin == "default" {
			t.Errorf("the template does not have %s", key)
		}
	}
}

func TestEnvNames(t *testing.T) {
	for key, want := range map[string]string{"epochs": "DNN_EPOCHS", "optimizer.beta_1": "DNN_OPTIMIZER_BETA_1"} {
		if got := newTable().byName[key].Env(); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}
