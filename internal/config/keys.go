package config

import (
	"math"
	"slices"
	"strings"

	"dnn/internal/nn"
)

// Key is one entry of the table from which everything about a key follows. A new key is a new entry, and a field of
// Config with its name.
type Key struct {
	Name     string    // dotted: optimizer.learning_rate
	Doc      string    // what it is: one sentence, as in a comment: capital letter, full stop
	Advice   string    // when to use it and a good value, for a key that is no group: small letter, full stop
	Default  string    // as it is written in a file; empty: none, or it depends on another key (Variants), or a group
	By       string    // the key on whose value the default, and whether this key exists at all, depends
	Variants []Variant // the default for each value of By that has this key
	Optional bool      // a group that is off, or a key that has no value, unless a source gives it
	Required bool      // a key without default that its group cannot do without
	Example  string    // another value, as it is written in a file
	Main     string    // of a group, the key that it is about, where that is not its first
	More     []string  // more examples
	Flag     string    // the flag of its own that `dnn train` has for it, if any
	kind     kind      // what its value may be; nil for a group, whose keys follow it
}

// Variant is the default of a key for one value of the key that it depends on.
type Variant struct {
	Of      string
	Default string
}

// Keys returns the table, in the order of templates and documentation. A key that others depend on stands before them.
func Keys() []Key {
	return slices.Concat(networkKeys(), optimizerKeys(), scheduleKeys(), runKeys(), sampleKeys(), callbackKeys())
}

// networkKeys are the data set, and the network with its loss.
func networkKeys() []Key {
	return []Key{
		{Name: "dataset", Default: "mnist", Example: "fashion-mnist", kind: dataset{},
			More: []string{"{idx: data/letters}", "{csv: data/iris.csv, target: species}", "{csv: data/iris.csv, target: species, test_split: 0.25}", "{csv: data/sonar.csv, target: 60, header: false}",
				"{csv: data/iris.csv, target: species, ignore: [Id, place], split_seed: 1}",
				"{csv: data/train.csv, test: {csv: data/test.csv}, target: species}"},
			Doc:    "Data set to train and test on: a name, a folder of IDX files, or a CSV file.",
			Advice: "mnist to begin with; fashion-mnist is harder. docs/data.md tells of images and tables of your own."},
		{Name: "layers", Default: "[100, 50]", Example: "[300, 100]", Flag: "--layers", kind: layers{},
			More: []string{
				"[100, {dropout: 0.2}, batch_normalization, 50]",
				"[{dense: 100, activation: tanh, kernel_initializer: " + nn.Initializers()[0] + ", l1: 1e-5, l2: 1e-4}]",
				"[{dense: 100, kernel_initializer: he_normal, bias_initializer: {constant: 0.1}}]",
				"[100, {batch_normalization: {momentum: 0.9, epsilon: 1e-5}}]",
			},
			Doc:    "Hidden layers, from the input on: units of Dense layers, or others; []: none.",
			Advice: "[100, 50] for MNIST, [16] for a small table. More units fit more, and overfit sooner without dropout or augment."},
		{Name: "activation", Default: "relu", Example: "tanh", kind: choice(nn.Activations()),
			Doc:    "Activation of the hidden layers that name none.",
			Advice: "relu nearly always; tanh for a small network on a table; selu with kernel_initializer: lecun_normal."},
		{Name: "kernel_initializer", Default: glorotUniform, Example: nn.Initializers()[0], kind: initializer(nn.Initializers()),
			More:   []string{"{constant: 0.1}"},
			Doc:    "How the kernels of the hidden layers that name none are initialized.",
			Advice: "glorot_uniform, as Keras; he_normal for many layers of relu, lecun_normal for selu."},

		{Name: "output_layer",
			Doc: "The last Dense layer."},
		{Name: "output_layer.activation", Default: "softmax", Example: "sigmoid", kind: choice{"softmax", "sigmoid"},
			Doc:    "Softmax tells classes apart; sigmoid, with one unit, says yes or no.",
			Advice: "softmax, also for two classes; sigmoid where one probability is wanted."},
		{Name: "output_layer.units", By: "output_layer.activation", Example: "10", kind: whole{0, maxUnits},
			Variants: []Variant{{"softmax", "0"}, {"sigmoid", "1"}},
			Doc:      "Units of the last layer; 0: one per class of the data set.",
			Advice:   "leave it out; it is for dnn summary of a network whose data set is not there."},
		{Name: "loss", By: "output_layer.activation", Example: "mse",
			Variants: []Variant{{"softmax", categorical}, {"sigmoid", binary}},
			kind:     choice{categorical, binary, squares},
			Doc:      "Loss that training minimizes; it goes with the activation of the output layer.",
			Advice:   "leave it out: a cross-entropy is best for classes. mse is for comparison with older work."},
		{Name: "label_smoothing", Default: "0", Example: "0.1", kind: number{min: 0, max: 1, maxOpen: true},
			Doc:    "Fraction of each label that is spread over all classes, in a cross-entropy; 0: none.",
			Advice: "0.1 where labels are noisy, or the network is too sure of itself."},
	}
}

// runKeys are how long training goes on, over what, and what comes out.
func runKeys() []Key {
	return []Key{
		{Name: "epochs", Default: "10", Example: "20", Flag: "--epochs", kind: whole{1, maxEpochs},
			Doc:    "Passes over the training data.",
			Advice: "10 for the course's network; hundreds with augment. early_stopping ends a run that no longer improves."},
		{Name: "batch_size", Default: "100", Example: "128", Flag: "--batch-size", kind: whole{1, 1_000_000},
			Doc:    "Samples in one step; the last step of an epoch takes what is left.",
			Advice: "32 to 256. Larger ones make an epoch faster, and want a higher learning rate."},
		{Name: "validation_split", Default: "0.2", Example: "0.1", Flag: "--validation-split",
			kind:   number{min: 0, max: 1, maxOpen: true},
			Doc:    "Fraction of the training data that is kept for validation; 0: none.",
			Advice: "0.1 to 0.2; 0 once all is decided, to train on everything."},
		{Name: "validation", Default: "tail", Example: "stratified", kind: choice{"tail", "stratified"},
			Doc:    "The end of the data (tail), or drawn with the same fraction of each class.",
			Advice: "stratified where the data is sorted, or a class is rare."},
		{Name: "shuffle", Default: "true", Example: "false", kind: boolean{},
			Doc:    "Whether each epoch takes the training data in a new order.",
			Advice: "true; false is for comparison with a program that does not."},
		{Name: "seed", Default: "1", Example: "42", Flag: "--seed", kind: whole{0, math.MaxUint64},
			Doc:    "Start of all randomness: the same seed gives the same model, bit for bit.",
			Advice: "any; take several to tell a better setting from luck."},
		{Name: "threads", Default: "0", Example: "2", Flag: "--threads", kind: whole{0, 1024},
			Doc:    "Threads that compute; 0: all cores. It never changes a result.",
			Advice: "0; fewer where other programs need the cores."},
		{Name: "input", Default: "0", Example: "784", kind: whole{0, maxUnits},
			Doc:    "Features of one sample; 0: what the data set has.",
			Advice: "leave it out; it is for dnn summary of a network whose data set is not there."},
		{Name: "output", Default: "model.bin", Example: "runs/first.bin", Flag: "--output", kind: path{},
			Doc:    "File that the model is written to; history and curves go beside it.",
			Advice: "another name for each experiment that you keep."},
	}
}

const (
	categorical = "categorical_crossentropy"
	binary      = "binary_crossentropy"
	squares     = "mse"

	glorotUniform = "glorot_uniform"
	zeros         = "zeros"
)

const (
	maxUnits    = 1_000_000
	maxLayers   = 1000
	maxEpochs   = 400_000   // of which a model file has room for the metrics
	maxConstant = 1_000_000 // that weights start as
	maxPenalty  = 1000      // of weights, whatever their size
	maxDecay    = 0.999999  // nearer to 1, 1-beta has no digits left in float32, and rounds to 0 in the end
	minEpsilon  = 1e-30     // smaller ones are 0 or denormal in float32
)

// Env returns the name of the environment variable that sets the key.
func (k Key) Env() string {
	return "DNN_" + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))
}

// variables returns all environment variables that set the key: that of its name, and that of its flag.
func (k Key) variables() []string {
	names := []string{k.Env()}
	if k.Flag == "" {
		return names
	}
	flag := "DNN_" + strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(k.Flag, "--"), "-", "_"))
	if flag != names[0] {
		names = append(names, flag)
	}
	return names
}

// Wants returns what a value of the key may be: "a whole number from 1 to 10". It is empty for a group.
func (k Key) Wants() string {
	if k.kind == nil {
		return ""
	}
	return k.kind.want()
}

// Group reports whether the key only holds others, such as optimizer.
func (k Key) Group() bool { return k.kind == nil }

// Switch reports whether the key says yes or no, so that its flag alone says yes.
func (k Key) Switch() bool {
	_, ok := k.kind.(boolean)
	return ok
}

// parent returns the dotted name of the group that the key is in, and its name there.
func (k Key) parent() (group, leaf string) {
	if i := strings.LastIndexByte(k.Name, '.'); i >= 0 {
		return k.Name[:i], k.Name[i+1:]
	}
	return "", k.Name
}

// defaultWhen returns the text of the default where the key that it depends on has the value by, and whether the key
// exists there.
func (k Key) defaultWhen(by string) (string, bool) {
	if k.By == "" {
		return k.Default, true
	}
	for _, v := range k.Variants {
		if v.Of == by {
			return v.Default, true
		}
	}
	return "", false
}
