package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dnn/configs"
	"dnn/internal/fault"
)

// builtIn names the built-in experiment file in origins.
const builtIn = "built-in mlp.yaml"

// Options is what a load works with. Nothing else of the process is looked at.
type Options struct {
	Path  string                            // the experiment file; empty: the built-in one
	Read  func(path string) ([]byte, error) // reads the file; nil: ReadFile
	Env   func(name string) (string, bool)  // looks up an environment variable; nil: there are none
	Flags []Flag                            // in the order of the command line; of two for a key, the last one counts

	Environ func() []string // all variables, NAME=value, to find those that no key has; nil: there are none
}

// Resolved is an experiment with the origin of each of its values.
type Resolved struct {
	Config
	// Origins says for each dotted key that applies where its value came from: "default", "mlp.yaml:7", "DNN_EPOCHS",
	// "--epochs".
	Origins map[string]string
	// Notes are what its user may want to know, a line each: a variable that nothing reads.
	Notes []string

	values map[string]any    // by dotted key, of the types of their kinds
	where  map[string]string // Origins with columns, as errors name them
}

// Load reads the experiment file and what overrides it: flags beat the environment, which beats the file, which beats the
// defaults. Every error is a *fault.Error of kind Config that names the file with line and column, the variable or the
// flag; of several, the first in that order.
func Load(opts Options) (*Resolved, error) {
	r, err := LoadAll(opts)
	return r, fault.Each(err)[0]
}

// LoadAll is Load with all mistakes, joined by errors.Join: those of the file, else those of variables and flags, else settings that
// do not go together. One may hide others that come later, since what it was meant to say is not known.
func LoadAll(opts Options) (*Resolved, error) {
	name, text, err := readText(opts)
	if err != nil {
		return nil, err
	}
	t := newTable()
	file, err := parseFile(t, name, text)
	if err != nil {
		return nil, err
	}
	env, err := parseEnv(t, opts.Env)
	if err != nil {
		return nil, err
	}
	notes, err := checkVariables(t, opts.Environ)
	if err != nil {
		return nil, err
	}
	flags, err := parseFlags(t, opts.Flags)
	if err != nil {
		return nil, err
	}
	r, err := merge(t, sources{file, env, flags})
	if err != nil {
		return nil, err
	}
	if err := r.validate(); err != nil {
		return nil, err
	}
	r.Notes = notes
	return r, nil
}

// readText returns the text of the experiment file, and the name that it goes by.
func readText(opts Options) (name string, text []byte, err error) {
	if opts.Path == "" {
		return builtIn, []byte(configs.MLP()), nil
	}
	read := opts.Read
	if read == nil {
		read = ReadFile
	}
	name = opts.Path
	if !printable(name) {
		name = strconv.Quote(name) // an error is one line, whatever the file is called
	}
	if text, err = read(opts.Path); err == nil {
		return name, text, nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return "", nil, err
	}
	if errors.Is(err, fs.ErrNotExist) {
		e := fault.New(fault.Config, name, "no such file").WithHint("`dnn config init` writes one to start from")
		e.Err = err
		return "", nil, e
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err // the path is named already
	}
	return "", nil, fault.New(fault.Config, name, "cannot be read: %w", err)
}

// ReadFile reads an experiment file, and of a larger file no more than shows that it is too large.
func ReadFile(path string) (text []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fault.New(fault.Config, path, "wanted an experiment file, found a folder")
	}
	return ReadText(f)
}

// ReadText is ReadFile for what is open already, such as standard input.
func ReadText(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, maxFileSize+1)) }

// printable reports whether s is text that stays in its line.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
