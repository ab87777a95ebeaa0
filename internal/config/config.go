// Package config defines the experiment file: its keys, their defaults, and what overrides them.
//
// The table of keys is in keys.go and the other files keys_*.go. The default, range, template, documentation and
// environment variable of a key follow from its entry there. Package keyfile uses the table to read the file, the
// environment and the command line, and fills Config. The other files here have what is special to experiments: kinds
// of values (dataset.go, layers.go, initializer.go, label.go), the names that other libraries have for keys and values
// (foreign.go), and the checks of keys that must go together (validate.go). architecture.go makes a network of the
// result.
//
// The package reads an experiment file, and no data set.
package config

import (
	"dnn/internal/augment"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train/callback"
	"dnn/internal/train/schedule"
)

// Config is a validated experiment. Each value is given by the user or is a default. A pointer is nil if the experiment
// goes without that group of keys.
type Config struct {
	Dataset           Dataset
	Layers            []Layer        // hidden layers, from the input on; may be empty
	Activation        string         // of each hidden Dense layer that names none
	KernelInitializer nn.Initializer // of each hidden Dense layer that names none
	OutputLayer       OutputLayer
	Loss              string
	LabelSmoothing    float64
	Optimizer         optimizer.Spec
	Schedule          schedule.Named // how the learning rate changes from step to step
	Epochs            int
	BatchSize         int
	ValidationSplit   float64 // fraction of the training data
	Validation        string  // tail or stratified: how these samples are chosen
	Shuffle           bool
	Seed              uint64
	Seeds             int    // the number of runs, with the seeds from Seed on
	Threads           int    // 0: all cores
	Input             int    // features of one sample; 0: what the data set has
	Output            string // the model file

	Augment    augment.Distortions // random distortions of training images; nil: none
	Distill    *Distill
	Callbacks  []callback.Named // those that are on, in the order in which they are called
	Checkpoint *Checkpoint
}

// OutputLayer is the last Dense layer.
type OutputLayer struct {
	Activation string
	Units      int // 0: one for each class of the data set
}

// Distill is how to learn from the outputs of trained networks (Hinton, Vinyals and Dean, arXiv:1503.02531).
type Distill struct {
	Teacher     []string // model files, whose probabilities are averaged
	Temperature float64
	Weight      float64 // of the teachers in the loss; the labels have the rest
}

// Checkpoint is when a run is saved so that it can be resumed. At least one field is set.
type Checkpoint struct {
	EveryEpochs  int     // 0: not by epochs
	EveryMinutes float64 // 0: not by time
	Best         string  // a metric: its best epoch so far is kept; empty: none
	KeepLast     bool    // a finished run keeps its last checkpoint
}
