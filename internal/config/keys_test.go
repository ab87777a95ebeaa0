package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"dnn/configs"
	"dnn/internal/augment"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train/callback"
	"dnn/internal/train/schedule"

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
		if group, _ := k.Parent(); group != "" && !seen[group] {
			t.Errorf("%s stands before its group", k.Name)
		}
		if k.By != "" && !seen[k.By] {
			t.Errorf("%s stands before %s, on which it depends", k.Name, k.By)
		}
		if k.Doc == "" || !strings.HasSuffix(k.Doc, ".") || len(k.Doc) > 90 {
			t.Errorf("%s: doc is no short sentence: %q", k.Name, k.Doc)
		}
		if strings.Contains(k.Doc, "; 0 for ") {
			t.Errorf("%s: wanted what 0 means as \"0: never\", found %q", k.Name, k.Doc)
		}
		if k.Group() {
			continue
		}
		if !strings.HasSuffix(k.Advice, ".") || len(k.Advice) > 120 {
			t.Errorf("%s: wanted short advice, when to use it and with which value, found %q", k.Name, k.Advice)
		}
		none := k.Optional || k.Required
		if (k.By == "") != (len(k.Variants) == 0) || (k.By == "" && !none) != (k.Default != "") {
			t.Errorf("%s: wanted a default, or a key that it depends on with variants, or optional or required", k.Name)
		}
		if by, ok := table().Find(k.By); ok {
			for _, v := range k.Variants {
				if _, problem := by.Kind.Read(by.Kind.Node(v.Of)); problem != nil {
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
		for _, value := range append([]string{k.Example}, k.More...) {
			text := exampleFile(k, value)
			r, err := loadText(text)
			if err != nil {
				t.Errorf("%s: %v in\n%s", k.Name, err, text)
				continue
			}
			if got := r.Origins[k.Name]; !strings.HasPrefix(got, "mlp.yaml:") {
				t.Errorf("%s: %q gives it the origin %q", k.Name, text, got)
			}
			again, err := loadText(text, Flag{Name: "--set", Key: k.Name, Value: value})
			if err != nil {
				t.Errorf("%s: --set %v", k.Name, err)
			} else if diff := equalValues(r, again); diff != "" {
				t.Errorf("%s: example %s is another value in a flag (-file +flag):\n%s", k.Name, value, diff)
			}
			checkRoundTrip(t, r)
			if value == k.Default {
				t.Errorf("%s: the example %s is the default", k.Name, value)
			}
		}
	}
}

// equalValues compares experiments without the origins of their values.
func equalValues(a, b *Resolved) string {
	return cmp.Diff(a.Config, b.Config, cmpopts.EquateEmpty()) + cmp.Diff(a.Settings(), b.Settings())
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
		Dataset: Dataset{Name: "mnist"}, Layers: []Layer{{Type: "dense", Units: 100}, {Type: "dense", Units: 50}},
		Activation: "relu", KernelInitializer: nn.Initializer{Name: "glorot_uniform"},
		OutputLayer: OutputLayer{Activation: "softmax"}, Loss: "categorical_crossentropy",
		Optimizer: optimizer.Default("adam"),
		Schedule:  schedule.All()[0],
		Epochs:    10, BatchSize: 100, ValidationSplit: 0.2, Validation: "tail", Shuffle: true, Seed: 1, Seeds: 1,
		Output: "model.bin",
	}
	if diff := cmp.Diff(want, mustLoad(t, "").Config); diff != "" {
		t.Error(diff)
	}
}

// The numbers are those of the constructors of Keras 3.15; a weight_decay of None is 0 here.
func TestOptimizersAreKeras(t *testing.T) {
	adam := &optimizer.AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
	for _, want := range []optimizer.Spec{
		{Name: "sgd", LearningRate: 0.01, Rule: &optimizer.SGDRule{}},
		{Name: "rmsprop", LearningRate: 0.001, Rule: &optimizer.RMSpropRule{Rho: 0.9, Epsilon: 1e-7}},
		{Name: "adam", LearningRate: 0.001, Rule: adam},
		{Name: "adamw", LearningRate: 0.001, Rule: adam, WeightDecay: 0.004},
		{Name: "nadam", LearningRate: 0.001, Rule: &optimizer.NadamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}},
		{Name: "adafactor", LearningRate: 0.001,
			Rule: &optimizer.AdafactorRule{Beta2Decay: -0.8, Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1}},
		{Name: "lion", LearningRate: 0.001, Rule: &optimizer.LionRule{Beta1: 0.9, Beta2: 0.99}},
	} {
		want.EMAMomentum = 0.99
		if diff := cmp.Diff(want, mustLoad(t, "optimizer: {name: "+want.Name+"}").Optimizer); diff != "" {
			t.Error(diff)
		}
	}
	// What a file leaves out has the defaults of package optimizer.
	for _, name := range optimizer.Names() {
		want := optimizer.Default(name)
		want.UseEMA, want.EMAOverwriteFrequency = true, 50
		got := mustLoad(t, "optimizer: {use_ema: true, ema_overwrite_frequency: 50, name: "+name+"}").Optimizer
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Keras's where Keras has them, and PyTorch's for one_cycle.
func TestDefaultsOfGroups(t *testing.T) {
	const text = "early_stopping: {}\nreduce_lr_on_plateau: {}\naugment: {}\ndistill: {teacher: a.bin}\n" +
		"target: {value: 0.98}\ncheckpoint: {best: val_loss}"
	c := mustLoad(t, text).Config
	for _, d := range []string{
		cmp.Diff([]callback.Kind{
			&callback.EarlyStopping{Monitor: "val_loss"},
			&callback.Plateau{Monitor: "val_loss", Factor: 0.1, Patience: 10, MinDelta: 1e-4},
			&callback.Target{Monitor: "val_accuracy", Value: 0.98},
		}, kinds(c.Callbacks)),
		cmp.Diff(augment.All(), c.Augment),
		cmp.Diff(&Distill{Teacher: []string{"a.bin"}, Temperature: 2, Weight: 0.9}, c.Distill),
		cmp.Diff(&Checkpoint{Best: "val_loss"}, c.Checkpoint),
	} {
		if d != "" {
			t.Error(d)
		}
	}
	for name, want := range map[string]schedule.Kind{
		"step":         &schedule.Step{StepEpochs: 10, Factor: 0.1},
		"exponential":  &schedule.Exponential{DecayEpochs: 1, DecayRate: 0.96},
		"inverse_time": &schedule.InverseTime{DecayEpochs: 1, DecayRate: 0.5},
		"polynomial":   &schedule.Polynomial{EndLearningRate: 1e-4, Power: 1},
		"cosine":       &schedule.Cosine{TMul: 2, MMul: 1},
		"one_cycle":    &schedule.OneCycle{PctStart: 0.3, DivFactor: 25, FinalDivFactor: 1e4},
	} {
		if diff := cmp.Diff(schedule.Named{Name: name, Kind: want},
			mustLoad(t, "schedule: {name: "+name+"}").Schedule); diff != "" {
			t.Error(diff)
		}
	}
}

// The fields of a schedule or a callback have the values of the file.
func TestThings(t *testing.T) {
	for text, want := range map[string]schedule.Kind{
		"{name: step, warmup_epochs: 1.5, step_epochs: 2.5, factor: 0.25}": &schedule.Step{WarmupEpochs: 1.5,
			StepEpochs: 2.5, Factor: 0.25},
		"{name: exponential, warmup_epochs: 1, decay_epochs: 2, decay_rate: 0.5, staircase: true}": &schedule.Exponential{
			WarmupEpochs: 1, DecayEpochs: 2, DecayRate: 0.5, Staircase: true,
		},
		"{name: inverse_time, warmup_epochs: 1, decay_epochs: 2, decay_rate: 0.25, staircase: true}": &schedule.InverseTime{
			WarmupEpochs: 1, DecayEpochs: 2, DecayRate: 0.25, Staircase: true,
		},
		"{name: polynomial, warmup_epochs: 1, decay_epochs: 2, end_learning_rate: 0.1, power: 3, cycle: true}": &schedule.Polynomial{
			WarmupEpochs: 1, DecayEpochs: 2, EndLearningRate: 0.1, Power: 3, Cycle: true,
		},
		"{name: cosine, warmup_epochs: 1, alpha: 0.1, first_decay_epochs: 2, t_mul: 3, m_mul: 0.5}": &schedule.Cosine{
			WarmupEpochs: 1, Alpha: 0.1, FirstDecayEpochs: 2, TMul: 3, MMul: 0.5,
		},
		"{name: one_cycle, pct_start: 0.5, div_factor: 2, final_div_factor: 3}": &schedule.OneCycle{PctStart: 0.5,
			DivFactor: 2, FinalDivFactor: 3},
	} {
		if diff := cmp.Diff(want, mustLoad(t, "schedule: "+text).Schedule.Kind); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
	c := mustLoad(t, `
learning_rate_log: {file: c.csv, interval: step}
json_log: a.jsonl
tensorboard: b
target: {monitor: loss, value: 0.5}
reduce_lr_on_plateau: {monitor: loss, factor: 0.5, patience: 1, min_delta: 2, cooldown: 3, min_lr: 1e-5}
early_stopping: {monitor: loss, min_delta: 1, patience: 2, restore_best_weights: true, start_from_epoch: 3}
`)
	want := []callback.Kind{
		&callback.EarlyStopping{Monitor: "loss", MinDelta: 1, Patience: 2, RestoreBestWeights: true, StartFromEpoch: 3},
		&callback.Plateau{Monitor: "loss", Factor: 0.5, Patience: 1, MinDelta: 2, Cooldown: 3, MinLR: 1e-5},
		&callback.Target{Monitor: "loss", Value: 0.5},
		&callback.TensorBoard{Folder: "b"},
		&callback.JSONLines{File: "a.jsonl"},
		&callback.LearningRateLog{File: "c.csv", Interval: "step"},
	}
	if diff := cmp.Diff(want, kinds(c.Callbacks)); diff != "" {
		t.Error(diff)
	}
	off := mustLoad(t, "json_log: a\ntarget: {value: 1}", Flag{Name: "--set", Key: "target", Value: "off"})
	if diff := cmp.Diff([]callback.Kind{&callback.JSONLines{File: "a"}}, kinds(off.Callbacks)); diff != "" {
		t.Error(diff)
	}
}

// kinds returns the callbacks without their names.
func kinds(callbacks []callback.Named) (all []callback.Kind) {
	for _, c := range callbacks {
		all = append(all, c.Kind)
	}
	return all
}

func TestConfigFiles(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		r, err := Load(Options{Path: file})
		if err != nil {
			t.Error(err)
			continue
		}
		if csv := r.Dataset.CSV; csv != "" { // as seen from the root of the project, where the examples are run
			if _, err := os.Stat(filepath.Join("..", "..", csv)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
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

func TestEnvNames(t *testing.T) {
	for key, want := range map[string]string{"epochs": "DNN_EPOCHS", "optimizer.beta_1": "DNN_OPTIMIZER_BETA_1"} {
		if got := table().Variables(Key{Name: key}); len(got) != 1 || got[0] != want {
			t.Errorf("%s: wanted %s, found %s", key, want, got)
		}
	}
}

func TestFormsOfLayers(t *testing.T) {
	const want = "units such as 100, {dense: …}, {dropout: …}"
	if got := layerForms(); !strings.HasPrefix(got, want) || !strings.Contains(got, " batch_normalization") ||
		strings.Count(got, " or ") != 1 {
		t.Errorf("wanted %s and others, found %s", want, got)
	}
}

// A layer of each type can be read with the examples of its settings, which are not the defaults, and written again.
func TestExamplesOfLayers(t *testing.T) {
	examples := layerExamples()
	for i, name := range nn.LayerTypes() {
		list := mustLoad(t, "layers: "+examples[i]).Layers
		l := list[len(list)-1]
		if l.Type != name || l.given() == nil {
			t.Fatalf("%s: wanted a %s as the last layer, found %+v", examples[i], name, list)
		}
		shown := layers{}.Show(list)
		if diff := cmp.Diff(list, mustLoad(t, "layers: "+shown).Layers); diff != "" {
			t.Errorf("%s is written as %s (-read +again):\n%s", examples[i], shown, diff)
		}
		standard := newLayer(name)
		main, others := standard.settings()
		_, given := l.settings()
		for i, s := range others {
			if reflect.DeepEqual(s.Value, given[i].Value) {
				t.Errorf("%s: %s: wanted another example than the default", name, s.Name)
			}
			if !reflect.ValueOf(s.Value).Elem().IsZero() {
				kind := kindOf(s)
				if _, problem := kind.Read(kind.Node(s.Text())); problem != nil {
					t.Errorf("%s: default of %s: %s", name, s.Name, problem.What)
				}
			}
		}
		if main != nil && !reflect.ValueOf(main.Value).Elem().IsZero() {
			t.Errorf("%s: wanted no default of %s, which is required", name, main.Name)
		}
	}
}
