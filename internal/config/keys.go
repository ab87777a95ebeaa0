package config

import (
	"math"
	"strings"

	"dnn/internal/nn"
)

// Key is one entry of the table from which everything about a key follows. A new key is a new entry, and a field of
// Config with its name.
type Key struct {
	Name     string    // dotted: optimizer.learning_rate
	Doc      string    // one sentence, as in a comment: capital letter, full stop
	Default  string    // as it is written in a file; empty if it depends on another key (Variants) or this is a group
	By       string    // the key on whose value the default, and whether this key exists at all, depends
	Variants []Variant // the default for each value of By that has this key
	Example  string    // another value, as it is written in a file
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
	return []Key{
		{Name: "dataset", Default: "mnist", Example: "mnist", kind: choice{"mnist"},
			Doc: "Data set to train and test on."},
		{Name: "layers", Default: "[100, 50]", Example: "[300, 100]", Flag: "--layers", kind: layers{},
			Doc: "Units of the hidden Dense layers, from the input on; [] for none."},
		{Name: "activation", Default: "relu", Example: "tanh", kind: choice(nn.Activations()),
			Doc: "Activation of the hidden layers."},

		{Name: "output_layer",
			Doc: "The last Dense layer."},
		{Name: "output_layer.activation", Default: "softmax", Example: "sigmoid", kind: choice{"softmax", "sigmoid"},
			Doc: "Softmax tells classes apart; sigmoid, with one unit, says yes or no."},
		{Name: "output_layer.units", By: "output_layer.activation", Example: "10", kind: whole{0, maxUnits},
			Variants: []Variant{{"softmax", "0"}, {"sigmoid", "1"}},
			Doc:      "Units of the last layer; 0 for one per class of the data set."},
		{Name: "loss", By: "output_layer.activation", Example: "categorical_crossentropy",
			Variants: []Variant{{"softmax", "categorical_crossentropy"}, {"sigmoid", "binary_crossentropy"}},
			kind:     choice(nn.Losses()),
			Doc:      "Loss that training minimizes; it goes with the activation of the output layer."},

		{Name: "optimizer",
			Doc: "The rule that updates the weights."},
		{Name: "optimizer.name", Default: "adam", Example: "sgd", kind: choice{"adam", "sgd"},
			Doc: "Adam (Kingma and Ba, 2015) or plain stochastic gradient descent."},
		{Name: "optimizer.learning_rate", By: "optimizer.name", Example: "0.01", Flag: "--learning-rate",
			Variants: []Variant{{"adam", "0.001"}, {"sgd", "0.01"}},
			kind:     number{min: 0, minOpen: true, max: 1000},
			Doc:      "Length of a step."},
		{Name: "optimizer.beta_1", By: "optimizer.name", Example: "0.95",
			Variants: []Variant{{"adam", "0.9"}},
			kind:     number{min: 0, max: maxDecay},
			Doc:      "How much of the running mean of the gradients is kept at each step."},
		{Name: "optimizer.beta_2", By: "optimizer.name", Example: "0.99",
			Variants: []Variant{{"adam", "0.999"}},
			kind:     number{min: 0, max: maxDecay},
			Doc:      "How much of the running mean of the squared gradients is kept at each step."},
		{Name: "optimizer.epsilon", By: "optimizer.name", Example: "1e-8",
			Variants: []Variant{{"adam", "1e-7"}},
			kind:     number{min: minEpsilon, max: 1},
			Doc:      "Added to a divisor, which keeps it from 0."},

		{Name: "epochs", Default: "10", Example: "20", Flag: "--epochs", kind: whole{1, 1_000_000},
			Doc: "Passes over the training data."},
		{Name: "batch_size", Default: "100", Example: "128", Flag: "--batch-size", kind: whole{1, 1_000_000},
			Doc: "Samples in one step; the last step of an epoch takes what is left."},
		{Name: "validation_split", Default: "0.2", Example: "0.1", Flag: "--validation-split",
			kind: number{min: 0, max: 1, maxOpen: true},
			Doc:  "Share of the training data, from its end, that is kept for validation; 0 for none."},
		{Name: "shuffle", Default: "true", Example: "false", kind: boolean{},
			Doc: "Whether each epoch takes the training data in a new order."},
		{Name: "seed", Default: "1", Example: "42", Flag: "--seed", kind: whole{0, math.MaxUint64},
			Doc: "Start of all randomness: the same seed gives the same model, bit for bit."},
		{Name: "threads", Default: "0", Example: "2", Flag: "--threads", kind: whole{0, 1024},
			Doc: "Threads that compute; 0 for all cores. It never changes a result."},
		{Name: "input", Default: "0", Example: "784", kind: whole{0, maxUnits},
			Doc: "Features of one sample; 0 for what the data set has."},
		{Name: "output", Default: "model.bin", Example: "runs/first.bin", Flag: "--output", kind: fileName{},
			Doc: "File that the model is written to; history and curves go beside it."},
	}
}

const (
	maxUnits   = 1_000_000
	maxLayers  = 1000
	maxDecay   = 0.999999 // nearer to 1, 1-beta has no digits left in float32, and rounds to 0 in the end
	minEpsilon = 1e-30    // smaller ones are 0 or denormal in float32
)

// Env returns the name of the environment variable that sets the key.
func (k Key) Env() string {
	return "DNN_" + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))
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

// table is Keys with what a load looks up in it.
type table struct {
	keys   []Key
	byName map[string]Key
}

func newTable() table {
	t := table{keys: Keys(), byName: map[string]Key{}}
	for _, k := range t.keys {
		t.byName[k.Name] = k
	}
	return t
}

// names returns the names, within the group, of its keys. The group "" is the file itself.
func (t table) names(group string) []string {
	var names []string
	for _, k := range t.keys {
		if g, leaf := k.parent(); g == group {
			names = append(names, leaf)
		}
	}
	return names
}

// settable returns the dotted names of all keys that have a value.
func (t table) settable() []string {
	var names []string
	for _, k := range t.keys {
		if !k.Group() {
			names = append(names, k.Name)
		}
	}
	return names
}

// dependents returns the dotted names of the keys whose default depends on the key.
func (t table) dependents(name string) []string {
	var names []string
	for _, k := range t.keys {
		if k.By == name {
			names = append(names, k.Name)
		}
	}
	return names
}
