package marks

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/configs"
	"dnn/internal/nn/optimizer"
)

func TestRead(t *testing.T) {
	got, err := Read(97, "a.yaml", `layers: [20]
activation: silu
kernel_initializer: he_normal
label_smoothing: 0.1
optimizer: {name: adamw, learning_rate: 0.5, epsilon: 1e-5, weight_decay: 0.2}
schedule: {name: polynomial, warmup_epochs: 0.5, end_learning_rate: 0}
epochs: 3
batch_size: 30000
validation_split: 0.25
augment: {shift: 0.5, rotation: 10, elastic: {alpha: 34, sigma: 6}}
seed: 7
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Recipe{
		Percent: 97, Layers: []int{784, 20, 10}, Activation: "silu", Images: 45000, Epochs: 3, Batch: 30000,
		Initial: "he_normal", Smooth: 0.1,
		Adam: optimizer.AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-5}, Decay: 0.2,
		Distort: []float64{0.5, 10, 0, 0, 34, 6},
		Rates:   []float64{0, 0.5, 0.4, 0.3, 0.2, 0.1}, // two steps an epoch; the first is the warm-up
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Errorf("recipe (-want +got):\n%s", diff)
	}
	const words = "784-20-10 with silu, 3 epochs of 45,000 distorted images, batch 30000, AdamW, rate up to 0.5"
	if got.String() != words {
		t.Errorf("in words: %q, want %q", got, words)
	}
}

// The peers can follow every experiment file that is there for a mark, with a rate for each step.
func TestReadConfigs(t *testing.T) {
	for _, name := range configs.Names() {
		if !strings.HasPrefix(name, "fast-") {
			continue
		}
		r, err := Read(97, name, configs.Text(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		steps := (r.Images + r.Batch - 1) / r.Batch
		if len(r.Rates) != r.Epochs*steps {
			t.Errorf("%s: %d rates, want %d epochs of %d steps", name, len(r.Rates), r.Epochs, steps)
		}
	}
}

func TestText(t *testing.T) {
	r := Recipe{Percent: 97, Layers: []int{784, 10}, Activation: "relu", Initial: "glorot_uniform", Images: 60000, Epochs: 1, Batch: 30000,
		Adam: optimizer.AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}, Rates: []float64{0.001, 1e-9}}
	const want = "mark 97\nlayers 784 10\nactivation relu\ninitializer glorot_uniform\nlabel_smoothing 0\nimages 60000\n" +
		"epochs 1\nbatch 30000\nbeta_1 0.9\nbeta_2 0.999\nepsilon 1e-07\nweight_decay 0\n"
	if diff := cmp.Diff(want+"rates 0.001 1e-09\n", string(r.Text())); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	r.Distort = []float64{1, 0, 0, 0, 34, 6}
	if diff := cmp.Diff(want+"distort 1 0 0 0 34 6\nrates 0.001 1e-09\n", string(r.Text())); diff != "" {
		t.Errorf("text with distortions (-want +got):\n%s", diff)
	}
}

// What only dnn could follow is refused, with the place in the file; what changes nothing for the peers is not.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"kernel_initializer: lecun_normal":                "kernel_initializer: wanted one of glorot_uniform, he_",
		"shuffle: false":                                  "shuffle: wanted only settings that all programs",
		"optimizer: {use_ema: true}":                      "optimizer.use_ema: wanted only settings",
		"optimizer: {name: sgd}":                          "optimizer.name: wanted adam or adamw, found sgd",
		"optimizer: {amsgrad: true}":                      "optimizer.amsgrad: wanted only settings",
		"dataset: fashion-mnist":                          `dataset: wanted mnist, found "fashion-mnist"`,
		"activation: tanh":                                "activation: wanted one of relu, silu, found tanh",
		"layers: [{dense: 100, activation: tanh}]":        "layers: wanted only units",
		"layers: [100, batch_normalization]":              "layers: wanted only units",
		"augment: {horizontal_flip: true}":                "augment.horizontal_flip: wanted only settings",
		"augment: {random_erasing: {probability: 0.5}}":   "augment.random_erasing.probability: wanted only settings",
		"target: {monitor: accuracy, value: 0.9}":         "target",
		"early_stopping: {}":                              "early_stopping",
		"epochs: ten":                                     "epochs",
		"threads: 1\nseed: 3\noutput: x.bin\nepochs: 2\n": "",
	} {
		_, err := Read(97, "a.yaml", text)
		switch {
		case err == nil && want != "":
			t.Errorf("%q was read, want an error with %q", text, want)
		case err != nil && (want == "" || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "a.yaml:1")):
			t.Errorf("%q: error %q, want one at a.yaml:1 with %q", text, err, want)
		}
	}
}
