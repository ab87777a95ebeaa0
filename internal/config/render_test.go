package config

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestYAMLGolden(t *testing.T) {
	checkGolden(t, "testdata/show-everything.yaml", mustLoad(t, everything).YAML())
	r := mustLoad(t, "epochs: 3\noptimizer:\n  name: sgd\n", Flag{Name: "--layers", Key: "layers", Value: "300,100"},
		Flag{Name: "-o", Key: "output", Value: "my model.bin"})
	checkGolden(t, "testdata/show.yaml", r.YAML())
}

var roundTrips = []string{
	"",
	"layers: []\nseed: 18446744073709551615\nshuffle: false\n",
	"optimizer: {name: sgd, learning_rate: 1e-300}\n",
	"optimizer: {beta_1: 0, epsilon: 1.2345678901234567e-9}\noutput: \"#yes 'é \\\\ 日本 <&>\"\n",
	"layers: [8]\ninput: 4\noutput_layer: {activation: sigmoid}\nvalidation_split: 0\n",
	everything, "dataset: {idx: \"my data\"}\n", "schedule: {name: one_cycle}\n",
	"schedule: {name: polynomial, power: 2}\nlayers: [3, batch_normalization]\n",
	"early_stopping: {}\nreduce_lr_on_plateau: {}\naugment: {}\n", "dataset: {csv: \"5\", target: \"a, b\"}",
	"dataset: {csv: a.csv, target: b, test_split: 1e-3}",
	"dataset: {csv: a.csv, target: b, ignore: Id, split_seed: 7}",
	"dataset: {csv: a.csv, target: b, image: [28, 28], transpose: true}",
	"dataset: {idx: a, prefix: emnist-letters-, transpose: true, classes: \"m, 1.txt\"}",
	"dataset: {csv: a.csv, target: 0, test: {csv: \"t, 1.csv\"}, ignore: [1, 2], header: false}",
	"kernel_initializer: {constant: -2.5e-7}\n" +
		"layers: [{dense: 5, kernel_initializer: zeros, bias_initializer: {constant: 0}}, " +
		"{dense: 4, bias_initializer: zeros}]",
	`output: "null"`, `output: "1e5"`, `output: "a: b"`, `output: "- a"`, `output: "-"`, `output: "~"`,
	`output: ".inf"`, `output: " a "`,
}

// everything uses each group at once.
const everything = `dataset: fashion-mnist
layers:
  - {dense: 100, activation: tanh, kernel_initializer: glorot_uniform, l1: 1e-5, l2: 0.0001}
  - {batch_normalization: {momentum: 0.9}}
  - batch_normalization
  - dropout: 0.25
  - 50
label_smoothing: 0.1
optimizer: {name: rmsprop, momentum: 0.5, centered: true, global_clipnorm: 1, use_ema: true, ema_momentum: 0.999}
schedule: {name: cosine, warmup_epochs: 0.5, first_decay_epochs: 3}
validation: stratified
augment: {shift: 0.5, elastic: {alpha: 34, sigma: 6}}
distill: {teacher: [a.bin, "b, c.bin"], weight: 0.5}
early_stopping: {monitor: loss, patience: 2, restore_best_weights: true}
target: {value: 0.98}
checkpoint: {every_minutes: 2.5, best: val_loss}
tensorboard: runs/
json_log: a.jsonl
`

// What is shown, and what a model stores, is an experiment file that gives the same experiment again.
func TestRoundTrip(t *testing.T) {
	for _, text := range roundTrips {
		checkRoundTrip(t, mustLoad(t, text))
	}
}

func checkRoundTrip(t *testing.T, r *Resolved) {
	t.Helper()
	stored, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(stored) {
		t.Errorf("not JSON: %s", stored)
	}
	for _, text := range []string{r.YAML(), string(stored)} {
		again, err := loadText(text)
		if err != nil {
			t.Errorf("%v in\n%s", err, text)
			continue
		}
		if diff := equalValues(r, again); diff != "" {
			t.Errorf("reading again changes (-before +after):\n%s\n%s", diff, text)
		}
		for key, origin := range again.Origins {
			if origin == "default" {
				t.Errorf("%s is missing in\n%s", key, text)
			}
		}
	}
}

func TestJSON(t *testing.T) {
	got, err := json.Marshal(mustLoad(t, "layers: [8]\noptimizer: {name: sgd}"))
	want := `{"dataset":"mnist","layers":[8],"activation":"relu","kernel_initializer":"glorot_uniform",` +
		`"output_layer":{"activation":"softmax","units":0},"loss":"categorical_crossentropy","label_smoothing":0,` +
		`"optimizer":{"name":"sgd","learning_rate":0.01,"momentum":0,"nesterov":false,"weight_decay":0,"clipvalue":0,` +
		`"clipnorm":0,"global_clipnorm":0,"use_ema":false},"schedule":{"name":"constant"},"epochs":10,"batch_size":100,` +
		`"validation_split":0.2,"validation":"tail","shuffle":true,"seed":1,"seeds":1,"threads":0,"input":0,"output":"model.bin"}`
	if err != nil || string(got) != want {
		t.Errorf("found %s, %v\nwanted %s", got, err, want)
	}
}

func TestOriginStaysInItsLine(t *testing.T) {
	for path, want := range map[string]string{"a\nb.yaml": `"a\nb.yaml"`, "a\u2028b": `"a\u2028b"`, "\xff": `"\xff"`,
		"é b": "é b"} {
		r, err := Load(Options{Path: path, Read: func(string) ([]byte, error) { return []byte("epochs: 3"), nil }})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(r.YAML(), "# "+want+":1\n") {
			t.Errorf("%q: found\n%s", path, r.YAML())
		}
		checkRoundTrip(t, r)
	}
}

func TestJSONOfEverything(t *testing.T) {
	got, err := json.MarshalIndent(mustLoad(t, everything), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "testdata/everything.json", string(got)+"\n")
}

// What a model stores of a table without the rarer keys never changes: the bytes of models depend on it.
func TestTableStored(t *testing.T) {
	for text, want := range map[string]string{
		"{csv: a.csv, target: b}":                                                 `{"csv":"a.csv","target":"b","test_split":0.2}`,
		"{csv: a.csv, target: 0, test_split: 0.5, header: false}":                 `{"csv":"a.csv","target":"0","test_split":0.5,"header":false}`,
		"{csv: a.csv, target: b, test: {csv: c.csv}, ignore: [d], split_seed: 3}": `{"csv":"a.csv","test":{"csv":"c.csv"},"target":"b","ignore":["d"],"split_seed":3}`,
		"{csv: a.csv, target: b, image: [28, 20]}":                                `{"csv":"a.csv","target":"b","test_split":0.2,"image":[28,20]}`,
		"{idx: a, prefix: p-, transpose: true, classes: c.txt}":                   `{"idx":"a","prefix":"p-","transpose":true,"classes":"c.txt"}`,
	} {
		got, err := json.Marshal(mustLoad(t, "dataset: "+text).Dataset)
		if err != nil || string(got) != want {
			t.Errorf("%s is stored as %s, wanted %s (%v)", text, got, want, err)
		}
	}
}
