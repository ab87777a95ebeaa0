package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dnn/internal/config"
	"dnn/internal/nn"
)

func TestKindsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range kindGroups() {
		for _, k := range g.kinds {
			if seen[k.name] {
				t.Errorf("two kinds are called %s; as metrics of one experiment, they could not be told apart", k.name)
			}
			seen[k.name] = true
		}
	}
	for _, name := range nn.Activations() {
		if !seen[name] {
			t.Errorf("the activation %s is not measured", name)
		}
	}
}

// TestKindsToRelu trains with a program that writes down what it is given: the experiment file, or "relu" without one. Of
// three pairs of runs, it is disturbed in one.
func TestKindsToRelu(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program is a shell script")
	}
	work := t.TempDir()
	program := filepath.Join(work, "dnn")
	const script = `#!/bin/sh
time=2
what=relu
while [ $# -gt 0 ]; do
  [ "$1" = --config ] && time=3 && what=$(cat "$2")
  shift
done
printf '%s\n' "$what" >>files
[ "$(wc -l <files)" -eq 3 ] && time=30
echo '{"event":"epoch","epoch_s":100}' '{"event":"epoch","epoch_s":'$time'}'
`
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	b := &bench{work: work, dnn: program, effort: effort{kindPairs: 3}}
	kinds := []kind{optimizerKinds()[2], layerKinds()[1]}
	got, err := b.kindsToRelu("", recipe{threads: 1, batch: usualBatch, epochs: 2}, kinds).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if got[k.name] != 1.5 {
			t.Errorf("%s: %v, want 3 s / 2 s, without the first epochs", k.name, got[k.name])
		}
	}
	files, err := os.ReadFile(filepath.Join(work, "files"))
	if err != nil {
		t.Fatal(err)
	}
	const amsgrad = `{"optimizer":{"amsgrad":true,"name":"adam"}}` + "\n"
	const norm = `{"layers":[100,"batch_normalization",50,"batch_normalization"]}` + "\n"
	const relu = "relu\n"
	const want = relu + amsgrad + amsgrad + relu + relu + amsgrad + relu + norm + norm + relu + relu + norm
	if string(files) != want {
		t.Errorf("runs:\n%s\nwant:\n%s", files, want)
	}
}

func TestQuickMeasuresFewKinds(t *testing.T) {
	b := &bench{sets: []string{"avx2", "generic"}, effort: options{quick: true}.effort()}
	for _, e := range kindsScenario(b) {
		if len(e.Metrics) == 0 || len(e.Metrics) > 6 {
			t.Errorf("%s: %d kinds, want some, but few", e.Name, len(e.Metrics))
		}
		for _, c := range e.Contenders {
			if c.Name == kindContender("generic", 1) {
				t.Errorf("%s measures the generic kernels, which takes minutes", e.Name)
			}
		}
	}
	if whole := kindsScenario(&bench{sets: []string{"avx2"}}); len(whole[0].Metrics) != len(nn.Activations()) {
		t.Errorf("%d activations, want all %d", len(whole[0].Metrics), len(nn.Activations()))
	}
}

func TestDNNAcceptsEachKind(t *testing.T) {
	for _, g := range kindGroups() {
		for _, k := range g.kinds {
			file, err := json.Marshal(k.file)
			if err != nil {
				t.Fatal(err)
			}
			read := func(string) ([]byte, error) { return file, nil }
			if _, err := config.Load(config.Options{Path: "kind.yaml", Read: read}); err != nil {
				t.Errorf("%s: %s: %v", k.name, file, err)
			}
		}
	}
}
