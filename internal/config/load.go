package config

import (
	"io"

	"dnn/configs"
	"dnn/internal/fault"
	"dnn/internal/keyfile"
)

// builtIn is the name of the built-in experiment file in origins and errors.
const builtIn = "built-in mlp.yaml"

// Options has the sources of an experiment. An empty Path stands for the built-in experiment file.
type Options = keyfile.Options

// Flag is a value from the command line.
type Flag = keyfile.Flag

// Resolved is an experiment that knows the origin of each of its values.
type Resolved struct {
	Config
	*keyfile.Values
}

// Load reads the experiment file and what overrides it: flags beat the environment, which beats the file, which beats
// the defaults. The error is a *fault.Error of kind Config that names the file with line and column, the variable or
// the flag. It is the first that LoadAll finds.
func Load(opts Options) (*Resolved, error) {
	r, err := LoadAll(opts)
	return r, fault.Each(err)[0]
}

// LoadAll is Load, but returns all mistakes of the file, joined by errors.Join. It checks whether settings go together
// only if each is right by itself. A mistake may hide later ones, since what was meant is not known. Of variables and
// flags, only the first mistake is returned.
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

// ReadFile reads an experiment file. If the file is too large, it stops as soon as it knows.
func ReadFile(path string) ([]byte, error) { return table().ReadFile(path) }

// ReadText is ReadFile for a reader, such as standard input.
func ReadText(r io.Reader) ([]byte, error) { return keyfile.ReadText(r) }
