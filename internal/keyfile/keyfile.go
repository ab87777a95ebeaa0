// Package keyfile reads strict YAML files: every key is known, every value is in range, and every mistake is named with
// its line and column, and with what may have been meant. It knows nothing of what a file is about.
//
// One type of file is a Table. From a key's one entry there follows all that is said of the key: its default, its
// range, its place in the template, its variable, its flag. What a value may be is a Kind; a type of file can bring
// kinds of its own, which read YAML nodes with the functions here that have nodes (ReadFields, Wrong, Unwanted,
// Describe, …).
//
// A load goes through four steps: syntax.go turns text into YAML nodes, parse.go checks the nodes against the table and
// notes where each value stood, overrides.go reads the environment and the command line by the same rules, and merge.go
// puts the sources over each other and over the defaults, and fills the caller's struct. What values do not go together
// is the caller's to say, with Values.Fault, which names the place.
//
// Viper merges the sources and fills the struct. It is not given the file or the environment itself: it would turn 1.5
// into 1 and "10" into 10 without a word, has no positions, and reads the environment of the process, not the one that
// a command was handed.
package keyfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dnn/internal/fault"
)

// Options is what a load works with. Nothing else of the process is looked at.
type Options struct {
	Path  string                            // the file; empty: none, so that the defaults hold
	Read  func(path string) ([]byte, error) // reads the file; nil: Table.ReadFile
	Env   func(name string) (string, bool)  // looks up an environment variable; nil: there are none
	Flags []Flag                            // in the order of the command line; of two for a key, the last one counts

	Environ func() []string // all variables, NAME=value, to find those that no key has; nil: there are none
}

// Load reads a file of the table's type, and what overrides it, into the target. That is a pointer to a struct with a
// field for each key, whose name is the key's but for capitals and underscores: LogFile for log_file. The
// field of an optional group is a pointer, and nil where the group is off. Flags beat the environment, which beats the
// file, which beats the defaults.
//
// An error is a *fault.Error of kind Config that names the file with line and column, the variable or the flag. All
// mistakes of the file are returned, joined by errors.Join; if there are none, the first of the variables and flags.
func Load(t Table, opts Options, target any) (*Values, error) {
	name, text, err := t.readText(opts)
	if err != nil {
		return nil, err
	}
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
	v, err := merge(t, sources{file, env, flags}, target)
	if err != nil {
		return nil, err
	}
	v.Notes = notes
	return v, nil
}

// readText returns the text of the file, and the name that it goes by.
func (t Table) readText(opts Options) (name string, text []byte, err error) {
	if opts.Path == "" {
		return "", nil, nil
	}
	read := opts.Read
	if read == nil {
		read = t.ReadFile
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
		e := fault.New(fault.Config, name, "no such file").WithHint("%s", t.Missing)
		e.Err = err
		return "", nil, e
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err // the path is named already
	}
	return "", nil, fault.New(fault.Config, name, "cannot be read: %w", err)
}

// ReadFile reads a file of the table's type, and of a larger file no more than shows that it is too large.
func (t Table) ReadFile(path string) (text []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fault.New(fault.Config, path, "wanted %s, found a folder", t.What)
	}
	return ReadText(f)
}

// ReadText is Table.ReadFile for what is open already, such as standard input.
func ReadText(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, MaxSize+1)) }

// printable reports whether s is text that stays in its line.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
