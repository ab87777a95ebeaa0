// Package config is the experiment file: what it may say, what it means when it is silent, and what may override it.
//
// The table of keys (keys.go and its like) is the center: a key's default, range, template, documentation and variable
// come from its one entry there. Package keyfile reads the file, the environment and the command line by it, and fills
// Config. What only experiments have is here: kinds of values (dataset.go, layers.go, initializer.go, label.go), the
// names that other libraries have for keys and values (foreign.go), and validate.go, which looks at what only makes
// sense together. architecture.go turns the result into the network that it describes.
//
// The package reads one file and does nothing else: it knows neither data sets nor terminals.
package config

import (
	"dnn/internal/augment"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/train/callback"
	"dnn/internal/train/schedule"
)

// Config is a complete experiment: every value is set, by its user or by default, and has been validated. A pointer is
// nil where the experiment does without that group of keys.
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
	ValidationSplit   float64 // share of the training data
	Validation        string  // tail or stratified: which samples those are
	Shuffle           bool
	Seed              uint64
	Threads           int    // 0: all cores
	Input             int    // features of one sample; 0: what the data set has
	Output            string // the model file

	Augment    augment.Distortions // how far a training image may be distorted, anew in each epoch; nil: not at all
	Distill    *Distill
	Callbacks  []callback.Named // those that are on, in the order in which they hear of an epoch
	Checkpoint *Checkpoint
}

// OutputLayer is the last Dense layer.
type OutputLayer struct {
	Activation string
	Units      int // 0: one for each class of the data set
}

// Distill is learning from the outputs of trained networks (Hinton, Vinyals and Dean, arXiv:1503.02531).
type Distill struct {
	Teacher     []string // model files, whose probabilities are averaged
	Temperature float64
	Weight      float64 // of the teachers' probabilities in the loss; the labels have the rest
}

// Checkpoint is when a run is written down so that it can be resumed. At least one field is set.
type Checkpoint struct {
	EveryEpochs  int     // 0: not by epochs
	EveryMinutes float64 // 0: not by time
	Best         string  // after an epoch with the best such figure so far; empty: not
	KeepLast     bool    // a run that is finished leaves its last one
}
