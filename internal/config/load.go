package config

import (
	"io"

	"dnn/configs"
	"dnn/internal/fault"
	"dnn/internal/keyfile"
)

// builtIn names the built-in experiment file in origins.
const builtIn = "built-in mlp.yaml"

// Options is what a load works with. With an empty Path it reads the built-in experiment file.
type Options = keyfile.Options

// Flag is a value from the command line.
type Flag = keyfile.Flag

// Resolved is an experiment with the origin of each of its values.
type Resolved struct {
	Config
	*keyfile.Values
}

// Load reads the experiment file and what overrides it: flags beat the environment, which beats the file, which beats
// the defaults. Every error is a *fault.Error of kind Config that names the file with line and column, the variable or
// the flag; of several, the first in that order.
func Load(opts Options) (*Resolved, error) {
	r, err := LoadAll(opts)
	return r, fault.Each(err)[0]
}

// LoadAll is Load with all mistakes of the file, joined by errors.Join: what is wrong with it alone, else the settings that do not
// go together. One may hide others that come later, since what it was meant to say is not known. Of variables and flags it
// names the first.
func LoadAll(opts Options) (*Resolved, error) {
	if opts.Path == "" {
		opts.Path, opts.Read = builtIn, func(string) ([]byte, error) { return []byte(configs.MLP()), nil }
	}
	r := &Resolved{}
	var err error
	if r.Values, err = keyfile.Load(table(), opts, &r.Config); err != nil {
		return nil, err
	}
	values, _ := r.Group("optimizer")
	r.Optimizer = newOptimizer(values)
	r.Augment = distortions(r.Values)
	r.Schedule, r.Callbacks = scheduleOf(r.Values), callbacksOf(r.Values)
	if err := r.validate(); err != nil {
		return nil, err
	}
	return r, nil
}

// ReadFile reads an experiment file, and of a larger file no more than shows that it is too large.
func ReadFile(path string) ([]byte, error) { return table().ReadFile(path) }

// ReadText is ReadFile for what is open already, such as standard input.
func ReadText(r io.Reader) ([]byte, error) { return keyfile.ReadText(r) }
