package config

import (
	"testing"

	"dnn/internal/augment"
	"dnn/internal/fault"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train/callback"

	"github.com/google/go-cmp/cmp"
)

func lookup(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := variables[name]; return v, ok }
}

func TestPrecedence(t *testing.T) {
	read := func(string) ([]byte, error) {
		return []byte("epochs: 2\nbatch_size: 20\nlayers: [2]\noptimizer:\n  learning_rate: 0.2\n"), nil
	}
	r, err := Load(Options{
		Path: "runs/mlp.yaml",
		Read: read,
		Env:  lookup(map[string]string{"DNN_EPOCHS": "3", "DNN_BATCH_SIZE": "30", "DNN_SEED": "", "DNN_OPTIMIZER_BETA_1": "0.3", "DNN_LAYERS": "3, 30"}),
		Flags: []Flag{
			{Name: "--epochs", Key: "epochs", Value: "4"}, {Name: "--layers", Key: "layers", Value: "400,40"}, {Name: "-o", Key: "output", Value: "10"},
			{Name: "--set", Key: "optimizer.beta_2", Value: "0.4"}, {Name: "--epochs", Key: "epochs", Value: "5"}, {Name: "--set", Key: "shuffle", Value: "false"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := mustLoad(t, "").Config
	want.Epochs, want.BatchSize, want.Layers, want.Output, want.Shuffle = 5, 30, []Layer{{Type: "dense", Units: 400}, {Type: "dense", Units: 40}}, "10", false
	want.Optimizer = optimizer.Spec{Name: "adam", LearningRate: 0.2, Rule: &optimizer.AdamRule{Beta1: 0.3, Beta2: 0.4, Epsilon: 1e-7}, EMAMomentum: 0.99}
	if diff := cmp.Diff(want, r.Config); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{
		"epochs": "--epochs", "batch_size": "DNN_BATCH_SIZE", "optimizer.learning_rate": "runs/mlp.yaml:5", "seed": "default",
		"optimizer.beta_1": "DNN_OPTIMIZER_BETA_1", "optimizer.beta_2": "--set optimizer.beta_2", "output": "-o", "layers": "--layers",
	} {
		if got := r.Origins[key]; got != want {
			t.Errorf("origin of %s: wanted %q, found %q", key, want, got)
		}
	}
}

func sgdWith(rate float64) optimizer.Spec {
	return optimizer.Spec{Name: "sgd", LearningRate: rate, Rule: &optimizer.SGDRule{}, EMAMomentum: 0.99}
}

// A source that names another optimizer does not inherit the settings of the one before.
func TestAnotherOptimizer(t *testing.T) {
	sgd := Flag{Name: "--set", Key: "optimizer.name", Value: "sgd"}
	tests := []struct {
		name  string
		text  string
		env   map[string]string
		flags []Flag
		want  optimizer.Spec
	}{
		{"flag over file", "optimizer: {name: adam, learning_rate: 0.5, beta_1: 0.8}", nil, []Flag{sgd}, sgdWith(0.01)},
		{"flag over default", "optimizer: {learning_rate: 0.5}", nil, []Flag{sgd}, sgdWith(0.01)},
		{"same name again", "optimizer: {name: sgd, learning_rate: 0.5}", nil, []Flag{sgd}, sgdWith(0.5)},
		{"flags together", "", nil, []Flag{{Name: "--learning-rate", Key: "optimizer.learning_rate", Value: "0.3"}, sgd}, sgdWith(0.3)},
		{"variable over file", "optimizer: {learning_rate: 0.5}", map[string]string{"DNN_OPTIMIZER_NAME": "sgd"}, nil, sgdWith(0.01)},
		{"variable as the file", "optimizer: {name: sgd, learning_rate: 0.5}", map[string]string{"DNN_OPTIMIZER_NAME": "sgd"}, nil, sgdWith(0.5)},
		{"flag over variable", "", map[string]string{"DNN_OPTIMIZER_LEARNING_RATE": "0.5"}, []Flag{sgd}, sgdWith(0.01)},
		{"flag as the variable", "optimizer: {learning_rate: 0.5}", map[string]string{"DNN_OPTIMIZER_NAME": "sgd", "DNN_OPTIMIZER_LEARNING_RATE": "0.4"}, []Flag{sgd}, sgdWith(0.4)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Load(Options{Path: "mlp.yaml", Read: func(string) ([]byte, error) { return []byte(tt.text), nil }, Env: lookup(tt.env), Flags: tt.flags})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.Optimizer); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSwitches(t *testing.T) {
	const file = "augment: {shift: 3, rotation: 4}"
	set := func(key, value string) Flag { return Flag{Name: "--set", Key: key, Value: value} }
	ranges := func(shift, rotation, alpha float64) augment.Distortions {
		r := augment.All()
		*r[0].(*augment.Affine) = augment.Affine{Shift: shift, Rotation: rotation}
		*r[1].(*augment.Elastic) = augment.Elastic{Alpha: alpha, Sigma: 4}
		return r
	}
	none, all, on := augment.Distortions(nil), ranges(3, 4, 0), ranges(0, 0, 0)
	tests := []struct {
		name, text, env string
		flags           []Flag
		want            augment.Distortions
	}{
		{"as the file says", file, "", nil, all},
		{"off", file, "", []Flag{set("augment", "off")}, none},
		{"off by a variable", file, "off", nil, none},
		{"on", "", "", []Flag{set("augment", "on")}, on},
		{"on again", file, "off", []Flag{set("augment", "on")}, on},
		{"on beside a file", file, "on", nil, all},
		{"a key switches its group on", "", "", []Flag{set("augment.elastic.alpha", "9")}, ranges(0, 0, 9)},
		{"off, then a key", file, "", []Flag{set("augment", "off"), set("augment.shift", "1")}, ranges(1, 0, 0)},
		{"a key, then off", file, "", []Flag{set("augment.shift", "1"), set("augment", "off")}, none},
		{"off in a weaker source", file, "off", []Flag{set("augment.shift", "1")}, ranges(1, 0, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Load(Options{
				Path: "mlp.yaml", Read: func(string) ([]byte, error) { return []byte(tt.text), nil },
				Env: lookup(map[string]string{"DNN_AUGMENT": tt.env}), Flags: tt.flags,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.Augment); diff != "" {
				t.Error(diff)
			}
			if _, shown := r.Origins["augment"]; shown {
				t.Error("a group has no value, and so no origin")
			}
			checkRoundTrip(t, r)
		})
	}
}

func TestGroupsByFlag(t *testing.T) {
	r := mustLoad(t, "", Flag{Name: "--set", Key: "early_stopping.patience", Value: "5"}, Flag{Name: "--set", Key: "distill.teacher", Value: "a.bin, b.bin"},
		Flag{Name: "--set", Key: "dataset", Value: "{idx: my data}"}, Flag{Name: "--set", Key: "tensorboard", Value: "10"}, Flag{Name: "--set", Key: "kernel_initializer", Value: " {constant: 1e-3}"})
	want := []callback.Kind{&callback.EarlyStopping{Monitor: "val_loss", Patience: 5}, &callback.TensorBoard{Folder: "10"}}
	if diff := cmp.Diff(want, kinds(r.Callbacks)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a.bin", "b.bin"}, r.Distill.Teacher); diff != "" {
		t.Error(diff)
	}
	if r.Dataset.IDX != "my data" || r.KernelInitializer != (nn.Initializer{Name: "constant", Value: 0.001}) {
		t.Errorf("found %+v, %+v", r.Dataset, r.KernelInitializer)
	}
}

// A checkpoint.keep_last of false in a variable or flag asks for nothing.
func TestKeepCheckpointOff(t *testing.T) {
	for _, value := range []string{"true", "false"} {
		r, err := loadText("", Flag{Name: "--keep-checkpoint", Key: "checkpoint.keep_last", Value: value})
		if err != nil || r.Checkpoint == nil || r.Checkpoint.KeepLast != (value == "true") {
			t.Errorf("%s: %+v, %v", value, r, err)
		}
	}
}

func TestOverrideErrors(t *testing.T) {
	tests := []struct {
		name       string
		env        map[string]string
		flags      []Flag
		want, hint string
	}{
		{"fraction", nil, []Flag{{Name: "--epochs", Key: "epochs", Value: "1.5"}}, "--epochs: wanted a whole number from 1 to 400000, found 1.5", ""},
		{"word", nil, []Flag{{Name: "--epochs", Key: "epochs", Value: "many"}}, `--epochs: wanted a whole number from 1 to 400000, found "many"`, ""},
		{"nothing", nil, []Flag{{Name: "--epochs", Key: "epochs", Value: ""}}, "--epochs: wanted a whole number from 1 to 400000, found nothing", ""},
		{"the variable first", map[string]string{"DNN_EPOCHS": "0"}, []Flag{{Name: "--seed", Key: "seed", Value: "x"}}, "DNN_EPOCHS: wanted a whole number from 1 to 400000, found 0", ""},
		{"the first flag", nil, []Flag{{Name: "--seed", Key: "seed", Value: "-1"}, {Name: "--epochs", Key: "epochs", Value: "x"}}, "--seed: wanted a whole number from 0 to 18446744073709551615, found -1", ""},
		{"one of several --set", nil, []Flag{{Name: "--set", Key: "optimizer.learning_rate", Value: "no"}}, "--set optimizer.learning_rate: wanted a number above 0 and at most 1000, found no", ""},
		{"unknown key", nil, []Flag{{Name: "--set", Key: "optimizer.lerning_rate", Value: "1"}}, `--set: unknown key "optimizer.lerning_rate"`, "did you mean optimizer.learning_rate?"},
		{"leaf alone", nil, []Flag{{Name: "--set", Key: "learning_rate", Value: "1"}}, `--set: unknown key "learning_rate"`, "did you mean optimizer.learning_rate?"},
		{"group", nil, []Flag{{Name: "--set", Key: "output_layer", Value: "1"}}, "--set: output_layer is a group of keys", "set one of them: output_layer.activation, output_layer.units"},
		{"layers", nil, []Flag{{Name: "--layers", Key: "layers", Value: "100,x"}}, "--layers: wanted " + layerForms() + `, found "x"`, ""},
		{"layers with a comma too many", nil, []Flag{{Name: "--layers", Key: "layers", Value: "100,"}}, `--layers: units of a layer: wanted a whole number from 1 to 1000000, found nothing`, ""},
		{"no layers", nil, []Flag{{Name: "--layers", Key: "layers", Value: ""}}, `--layers: wanted a list of layers such as [100, 50], found nothing`, "write [] for no hidden layer"},
		{"key of another optimizer", nil, []Flag{{Name: "--set", Key: "optimizer.name", Value: "sgd"}, {Name: "--set", Key: "optimizer.beta_1", Value: "0.5"}}, "--set optimizer.beta_1: there is no such key where optimizer.name is sgd", "take it out, or choose one of adam, adamw, lion, nadam"},
		{"switch at its default", map[string]string{"DNN_OPTIMIZER_EMA_MOMENTUM": "0.9"}, []Flag{{Name: "--set", Key: "optimizer.use_ema", Value: "false"}}, "DNN_OPTIMIZER_EMA_MOMENTUM: optimizer.ema_momentum: there is no such key where optimizer.use_ema is false", "take it out, or choose true"},
		{"neither on nor off", nil, []Flag{{Name: "--set", Key: "augment", Value: "yes"}}, "--set augment: wanted on or off, found yes", "its keys are set one by one: augment.KEY=VALUE"},
		{"variable that is no switch", map[string]string{"DNN_AUGMENT": "1"}, nil, "DNN_AUGMENT: wanted on or off, found 1", "its keys are set one by one: augment.KEY=VALUE"},
		{"group without what it needs", nil, []Flag{{Name: "--set", Key: "distill.weight", Value: "0.5"}}, "--set distill.weight: distill: wanted teacher, a file name or a list of them, found none", "for example distill: {teacher: large.bin}"},
		{"key of a group", map[string]string{"DNN_VALIDATION_SPLIT": "0"}, []Flag{{Name: "--set", Key: "early_stopping.patience", Value: "3"}}, "--set early_stopping.patience: early_stopping.monitor: wanted a metric that is measured, found val_loss, and there is no validation", "set validation_split, or watch loss"},
		{"leaf of a group in a group", nil, []Flag{{Name: "--set", Key: "sigma", Value: "3"}}, `--set: unknown key "sigma"`, "did you mean augment.elastic.sigma?"},
		{"broken mapping", nil, []Flag{{Name: "--layers", Key: "layers", Value: "100,{dropout: 0.2"}}, `--layers: wanted a list of layers such as [100, 50], found "[100,{dropout: 0.2]"`, "look for a bracket that is not closed"},
		{"mapping without a space", nil, []Flag{{Name: "--layers", Key: "layers", Value: "100,{dropout:0.2}"}}, `--layers: unknown key "dropout:0.2"`, "put a space after the colon"},
		{"anchor", nil, []Flag{{Name: "--layers", Key: "layers", Value: "&a {dense: 1},*a"}}, `--layers: anchors (&name) are not supported`, ""},
		{"data set", nil, []Flag{{Name: "--set", Key: "dataset", Value: "{csv: a.csv"}}, `--set dataset: wanted mnist, fashion-mnist, {idx: FOLDER} or {csv: FILE, target: COLUMN}, found "{csv: a.csv"`, "for files of your own write {idx: FOLDER} or {csv: FILE, target: COLUMN}"},
		{"loss", map[string]string{"DNN_LOSS": "binary_crossentropy"}, nil, "DNN_LOSS: loss: wanted " + keyfile.OneOf(nn.LossesFor("softmax")) + " beside an output layer with softmax, found binary_crossentropy", "leave loss out to have the one that goes with the output layer"},
		{"bytes in a file name", nil, []Flag{{Name: "-o", Key: "output", Value: "\xff"}}, `-o: wanted a file name of printable characters, found "\xff"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(Options{Env: lookup(tt.env), Flags: tt.flags})
			if e := asFault(t, err); e.Error() != tt.want || e.Hint != tt.hint || e.Kind != fault.Config {
				t.Errorf("found %s\nwanted %s\nhint %q, wanted %q; kind %d", e, tt.want, e.Hint, tt.hint, e.Kind)
			}
		})
	}
	// A value that a flag replaces must still be valid.
	if _, err := loadText("epochs: 0", Flag{Name: "--epochs", Key: "epochs", Value: "1"}); err == nil {
		t.Error("a mistake in the file went unseen because a flag beats it")
	}
}

func TestLayersFlag(t *testing.T) {
	for text, want := range map[string]string{
		"100,50": "[100, 50]", "100": "[100]", "[100, 50]": "[100, 50]", " [ 100 ,50 ] ": "[100, 50]", "[]": "[]", "[ ]": "[]",
		"100,{dropout: 0.2},batch_normalization": "[100, {dropout: 0.2}, batch_normalization]",
		"{dense: 5, l2: 1e-4}":                   "[{dense: 5, l2: 0.0001}]", "[{dense: 7}, dense: 8]": "[7, 8]",
	} {
		r := mustLoad(t, "", Flag{Name: "--layers", Key: "layers", Value: text})
		if got := (layers{}).Show(r.Layers); got != want {
			t.Errorf("%q: wanted %s, found %s", text, want, got)
		}
	}
}

func TestSetFlag(t *testing.T) {
	got, err := SetFlag("output = a=b")
	if want := (Flag{Name: "--set", Key: "output", Value: " a=b"}); err != nil || got != want {
		t.Errorf("found %+v, %v; wanted %+v", got, err, want)
	}
	for _, argument := range []string{"epochs", "", "=1"} {
		_, err := SetFlag(argument)
		if e := asFault(t, err); e.Kind != fault.Usage || e.Where != "--set" {
			t.Errorf("%q: found %v of kind %d", argument, err, e.Kind)
		}
	}
}
