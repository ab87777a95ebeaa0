// Package keyfile reads strict YAML files: every key is known, every value is in range, and every mistake is reported
// with its line and column, and with what may have been meant. It knows nothing of what a file is about.
//
// A Table describes one type of file. A key has one entry in it, from which everything else follows: its default, its
// range, its place in the template, its environment variable, its flag. A Kind says what a value may be. A type of file
// can have kinds of its own, which read YAML nodes with the helpers of this package: ReadFields, Wrong, Unwanted,
// Describe and others.
//
// A load takes four steps. syntax.go turns text into YAML nodes. parse.go checks the nodes against the table and
// records where each value stands. overrides.go reads the environment and the command line by the same rules. merge.go
// lets the stronger source win, adds the defaults, and fills the caller's struct. The caller then checks which values
// do not go together, and reports them with Values.Fault, which names the place.
//
// Viper merges the sources and fills the struct. It does not read the file or the environment itself: it would turn 1.5
// into 1 and "10" into 10 without a word, it knows no positions, and it reads the environment of the process instead of
// the one that a command was given.
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

// Options are the sources of a load. A load looks at nothing else of the process.
type Options struct {
	Path  string                            // the file; empty: no file, only defaults
	Read  func(path string) ([]byte, error) // reads the file; nil: Table.ReadFile
	Env   func(name string) (string, bool)  // looks up an environment variable; nil: there are none
	Flags []Flag                            // in the order of the command line; of two for a key, the last one counts

	Environ func() []string // all variables, NAME=value, to find misspelled ones; nil: do not look
}

// Load reads a file of the table's type, and the sources that override it, into target: a pointer to a struct with a
// field for each key. The field has the key's name, except for capitals and underscores: LogFile for log_file. The
// field of an optional group is a pointer, which is nil where the group is off. Flags beat the environment, which beats
// the file, which beats the defaults.
//
// An error is a *fault.Error of kind Config that names the place: line and column of the file, the variable or the
// flag. All mistakes of the file are returned together, joined by errors.Join. If the file has none, the first mistake
// of the variables and flags is returned.
func Load(t Table, opts Options, target any) (*Values, error) {
	t = t.indexed()
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

// readText returns the text of the file, and the name of the file for messages.
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
		name = strconv.Quote(name) // an error stays on one line, whatever the file is called
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
		err = pathError.Err // the message names the path already
	}
	return "", nil, fault.New(fault.Config, name, "cannot be read: %w", err)
}

// ReadFile reads a file of the table's type. It stops just beyond MaxSize, so that a file that is too large is noticed
// but not read to its end.
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

// ReadText is Table.ReadFile for a source that is open already, such as standard input.
func ReadText(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, MaxSize+1)) }

// printable reports whether s is valid text without line breaks and control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
