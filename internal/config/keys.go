package config

import (
	"math"
	"slices"
	"sync"

	"dnn/internal/config/synonym"
	"dnn/internal/history"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// table describes experiment files to package keyfile.
func table() keyfile.Table {
	return keyfile.Table{
		Keys:    allKeys(),
		What:    "an experiment file",
		Program: "dnn",
		Prefix:  "DNN_",
		Missing: "`dnn config init` writes one to start from",

		OtherVariables: []string{"DNN_DATA_DIR", "DNN_SHARDS", "DNN_SIMD"},

		Top:    "epochs",
		Dotted: "optimizer.name",

		Foreign: synonym.Keys(),
	}
}

// Template returns an experiment file to start from. It has every key with its default and what it is for.
func Template() string { return table().Template() }

// SetFlag returns the Flag for key=value, the argument of --set. An argument without = is a fault.Usage.
func SetFlag(argument string) (Flag, error) {
	return keyfile.SetFlag(argument, "optimizer.learning_rate=0.01")
}

// ForeignFlag returns the flag, without its hyphens, for which another library has that name.
func ForeignFlag(name string) (flag string, ok bool) { return table().ForeignFlag(name) }

// KeyHint says which key may have been meant by a dotted name that is none.
func KeyHint(name string) string { return table().Hint(name) }

// Key is an entry of the table. Everything about a key follows from it. A new key is a new entry, and a field of Config
// of the same name.
type Key = keyfile.Key

// Keys returns the keys of an experiment in the order of template and documentation. A key on which others depend comes
// before them.
func Keys() []Key { return slices.Clone(allKeys()) }

// allKeys returns the keys, which are joined once: that takes as long as reading a file.
var allKeys = sync.OnceValue(func() []Key {
	return slices.Concat(networkKeys(), optimizerKeys(), scheduleKeys(), runKeys(), sampleKeys(), callbackKeys())
})

// networkKeys returns the keys of the data set, the network and its loss.
func networkKeys() []Key {
	return []Key{
		{Name: "dataset", Default: "mnist", Example: "fashion-mnist", Kind: dataset{},
			More: []string{"{idx: data/letters}",
				"{csv: data/iris.csv, target: species}",
				"{csv: data/iris.csv, target: species, test_split: 0.25}",
				"{csv: data/sonar.csv, target: 60, header: false}",
				"{csv: data/iris.csv, target: species, ignore: [Id, place], split_seed: 1}",
				"{csv: data/train.csv, test: {csv: data/test.csv}, target: species}",
				"{csv: data/train.csv, target: label, image: [28, 28]}",
				"{csv: data/mnist_train.csv, test: {csv: data/mnist_test.csv}, target: 0, header: false, image: [28, 28]}",
				"{idx: data/emnist, prefix: emnist-letters-, transpose: true, classes: data/emnist/emnist-letters-mapping.txt}"},
			Doc: "Data set to train and test on: a name, a folder of IDX files, or a CSV file.",
			Advice: "mnist to begin with; fashion-mnist is harder. " +
				"docs/data.md describes images and tables of your own."},
		{Name: "layers", Default: "[100, 50]", Example: "[300, 100]", Flag: "--layers", Kind: layers{},
			More: []string{"[100, {dropout: 0.2}, batch_normalization, 50]"},
			Doc:  "Hidden layers, from the input on: units of Dense layers, or others; []: none.",
			Advice: "[100, 50] for MNIST, [16] for a small table. " +
				"More units fit more, and overfit sooner without dropout or augment."},
		{Name: "activation", Default: "relu", Example: "tanh", Kind: choice(nn.Activations()...),
			Doc: "Activation of the hidden layers that name none.",
			Advice: "relu nearly always; tanh for a small network on a table; " +
				"selu with kernel_initializer: lecun_normal."},
		{Name: "kernel_initializer", Default: nn.DefaultKernelInitializer, Example: "glorot_normal",
			More:   []string{"{constant: 0.1}"},
			Kind:   initializer(nn.Initializers()),
			Doc:    "How the kernels of the hidden layers that name none are initialized.",
			Advice: "glorot_uniform, as Keras; he_normal for many layers of relu, lecun_normal for selu."},

		{Name: "output_layer",
			Doc: "The last Dense layer."},
		{Name: "output_layer.activation", Default: softmax, Example: sigmoid, Kind: choice(softmax, sigmoid),
			Doc:    "Softmax tells classes apart; sigmoid, with one unit, says yes or no.",
			Advice: "softmax, also for two classes; sigmoid where one probability is wanted."},
		{Name: "output_layer.units", By: "output_layer.activation", Example: "10",
			Kind:     keyfile.Whole{Min: 0, Max: nn.MaxUnits},
			Variants: variants(softmax, "0", sigmoid, "1"),
			Doc:      "Units of the last layer; 0: one per class of the data set.",
			Advice:   "leave it out; it is for dnn summary of a network whose data set is not there."},
		{Name: "loss", By: "output_layer.activation", Example: "mse",
			Variants: variants(softmax, nn.LossesFor(softmax)[0], sigmoid, nn.LossesFor(sigmoid)[0]),
			Kind:     choice(nn.Losses()...),
			Doc:      "Loss that training minimizes; it goes with the activation of the output layer.",
			Advice:   "leave it out: a cross-entropy is best for classes. mse is for comparison with older work."},
		{Name: "label_smoothing", Default: "0", Example: "0.1", Kind: keyfile.Number{Min: 0, Max: 1, MaxOpen: true},
			Doc:    "Fraction of each label that is spread over all classes, in a cross-entropy; 0: none.",
			Advice: "0.1 where labels are noisy, or the network is too sure of itself."},
	}
}

// runKeys returns the keys of a run: how long and how it trains, and where the model goes.
func runKeys() []Key {
	return []Key{
		{Name: "epochs", Default: "10", Example: "20", Flag: "--epochs",
			Kind: keyfile.Whole{Min: 1, Max: history.MaxEpochs},
			Doc:  "Passes over the training data.",
			Advice: "10 for the course's network; hundreds with augment. " +
				"early_stopping ends a run that no longer improves."},
		{Name: "batch_size", Default: "100", Example: "128", Flag: "--batch-size",
			Kind:   keyfile.Whole{Min: 1, Max: 1_000_000},
			Doc:    "Samples in one step; the last step of an epoch takes what is left.",
			Advice: "32 to 256. Larger ones make an epoch faster, and want a higher learning rate."},
		{Name: "validation_split", Default: "0.2", Example: "0.1", Flag: "--validation-split",
			Kind:   keyfile.Number{Min: 0, Max: 1, MaxOpen: true},
			Doc:    "Fraction of the training data that is kept for validation; 0: none.",
			Advice: "0.1 to 0.2; 0 once all is decided, to train on everything."},
		{Name: "validation", Default: "tail", Example: "stratified", Kind: choice("tail", "stratified"),
			Doc:    "The end of the data (tail), or drawn with the same fraction of each class.",
			Advice: "stratified where the data is sorted, or a class is rare."},
		{Name: "shuffle", Default: "true", Example: "false", Kind: keyfile.Boolean{},
			Doc:    "Whether each epoch takes the training data in a new order.",
			Advice: "true; false is for comparison with a program that does not."},
		{Name: "seed", Default: "1", Example: "42", Flag: "--seed", Kind: keyfile.Whole{Min: 0, Max: math.MaxUint64},
			Doc:    "Start of all randomness: the same seed gives the same model, bit for bit.",
			Advice: "any; seeds takes several, to tell a better setting from luck."},
		{Name: "seeds", Default: "1", Example: "20", Flag: "--seeds", Kind: keyfile.Whole{Min: 1, Max: MaxSeeds},
			Doc:    "Runs to train, with the seeds from seed on: the result is their mean, with an error bar.",
			Advice: "1 to train a model; 20 to say how good an experiment is."},
		{Name: "threads", Default: "0", Example: "2", Flag: "--threads", Kind: keyfile.Whole{Min: 0, Max: 1024},
			Doc:    "Threads that compute; 0: all cores. It never changes a result.",
			Advice: "0; fewer where other programs need the cores."},
		{Name: "input", Default: "0", Example: "784", Kind: keyfile.Whole{Min: 0, Max: nn.MaxUnits},
			Doc:    "Features of one sample; 0: what the data set has.",
			Advice: "leave it out; it is for dnn summary of a network whose data set is not there."},
		{Name: "output", Default: "model.bin", Example: "runs/first.bin", Flag: "--output", Kind: keyfile.Path{},
			Doc:    "File that the model is written to; history and curves go beside it.",
			Advice: "another name for each experiment that you keep."},
	}
}

// The activations that an output layer can have.
const (
	softmax = "softmax"
	sigmoid = "sigmoid"
)

// MaxSeeds is the largest number of seeds of an experiment. Each leaves a file.
const MaxSeeds = 10_000

// maxLayers is the largest number of hidden layers.
const maxLayers = 1000

// choice returns the kind of a value that is one of names. It knows the names of other libraries.
func choice(names ...string) keyfile.Choice {
	return keyfile.Choice{Names: names, Foreign: synonym.Values()}
}

// variants returns the defaults of a key that depends on another key. pairs are a value of that key, the default for
// it, and so on.
func variants(pairs ...string) []keyfile.Variant {
	var all []keyfile.Variant
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, keyfile.Variant{Of: pair[0], Default: pair[1]})
	}
	return all
}
