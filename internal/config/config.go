// Package config is the experiment file: what it may say, what it means when it is silent, and what may override it.
//
// A load goes through five steps, each in a file of its own: syntax.go turns text into YAML nodes, parse.go checks the
// nodes against the table of keys (keys.go) and notes where each value stood, overrides.go reads the environment and the
// command line by the same rules, merge.go puts the sources over each other and over the defaults, and validate.go looks
// at what only makes sense together. Everything that is said of a key (its default, range, template, documentation,
// variable) comes from its one entry in the table.
//
// Viper merges the sources and fills Config. It is not given the file or the environment itself: it would turn 1.5 into 1
// and "10" into 10 without a word, has no positions, and reads the environment of the process, not the one that a command
// was handed.
//
// The package reads one file and does nothing else: it knows neither data sets nor terminals.
package config

import "strconv"

// Config is a complete experiment: every value is set, by its user or by default, and has been validated.
type Config struct {
	Dataset         string      `mapstructure:"dataset"`
	Layers          []Layer     `mapstructure:"layers"`     // hidden layers, from the input on; may be empty
	Activation      string      `mapstructure:"activation"` // of each hidden layer that names none
	OutputLayer     OutputLayer `mapstructure:"output_layer"`
	Loss            string      `mapstructure:"loss"`
	Optimizer       Optimizer   `mapstructure:"optimizer"`
	Epochs          int         `mapstructure:"epochs"`
	BatchSize       int         `mapstructure:"batch_size"`
	ValidationSplit float64     `mapstructure:"validation_split"` // share of the training data, from its end
	Shuffle         bool        `mapstructure:"shuffle"`
	Seed            uint64      `mapstructure:"seed"`
	Threads         int         `mapstructure:"threads"` // 0: all cores
	Input           int         `mapstructure:"input"`   // features of one sample; 0: what the data set has
	Output          string      `mapstructure:"output"`  // the model file
}

// Layer is one hidden Dense layer.
type Layer struct {
	Units      int
	Activation string // empty: Config.Activation
}

// MarshalJSON writes the short form of the layer: its number of units.
func (l Layer) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(l.Units), 10), nil }

// OutputLayer is the last Dense layer.
type OutputLayer struct {
	Activation string `mapstructure:"activation"`
	Units      int    `mapstructure:"units"` // 0: one for each class of the data set
}

// Optimizer is the rule that updates the weights. Fields that the named optimizer does not have are 0.
type Optimizer struct {
	Name         string  `mapstructure:"name"`
	LearningRate float64 `mapstructure:"learning_rate"`
	Beta1        float64 `mapstructure:"beta_1"`
	Beta2        float64 `mapstructure:"beta_2"`
	Epsilon      float64 `mapstructure:"epsilon"`
}
