package table

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Options says what to read.
type Options struct {
	Path   string
	Target string // the column of classes

	// NoHeader says that the first line is a row. The columns are then called 0, 1, 2, ….
	NoHeader bool

	// Columns and Classes, if not nil, are those of the model that is to read the table. The file must then have these
	// columns, in any order and perhaps among others, and no other classes.
	Columns []string
	Classes []string

	// Like, if not nil, is the table that Columns and Classes come from, instead of a model. Without names, the file must have
	// as many columns: others would be elsewhere.
	Like *Table

	// Ignore are columns that are not read, and need hold no numbers. Where Columns says what to read, it does not matter.
	Ignore []string
}

// maxClasses is how many classes there can be: labels are bytes.
const maxClasses = 256

var errMany = fmt.Errorf("wanted at most %d classes", maxClasses)

// maxValues bounds the memory that a file can take: 8 GiB.
const maxValues = 1 << 30

// peeked is how much of a file is looked at to tell its format.
const peeked = 4096

// Read reads a CSV file: UTF-8, fields separated by commas, a first line with the name of each column, then a row a line.
// All columns but the target's must hold numbers. Space around a field does not count. Errors are of kind fault.Data and
// name the line and the column, in bytes from 1 on.
func Read(o Options) (*Table, error) {
	f, err := open(o.Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return parse(f, o)
}

// Hash returns Table.Hash of a file without reading it as a table.
func Hash(path string) (string, error) {
	f, err := open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func open(path string) (*os.File, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	return f, nil
}

// reader is a file on its way into a table.
type reader struct {
	Options
	csv    *csv.Reader
	header []string
	order  []int // which field of a line is each of the table's columns
	target int   // which is the class

	table  *Table
	labels map[string]uint8 // by name of class, in the order of their first rows

	firstLine map[string]int // in which each class was found first
}

// parse reads a CSV file from f. Its memory grows with what f holds.
func parse(f io.Reader, o Options) (*Table, error) {
	hash := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(&lines{Reader: f}, hash), peeked)
	r := &reader{Options: o, labels: map[string]uint8{}, firstLine: map[string]int{}, table: &Table{Path: o.Path}}
	if err := r.skipMark(in); err != nil {
		return nil, err
	}
	begin, err := in.Peek(peeked)
	if err != nil && err != io.EOF {
		return nil, fault.New(fault.Data, r.Path, "%w", fault.Pathless(err))
	}
	if err := r.dressed(begin); err != nil {
		return nil, err
	}
	r.csv = csv.NewReader(in)
	r.csv.ReuseRecord, r.csv.FieldsPerRecord, r.csv.TrimLeadingSpace = true, -1, true
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	for {
		record, err := r.csv.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, r.syntax(err)
		}
		if err := r.readRow(record); err != nil {
			return nil, err
		}
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	r.table.Hash = hex.EncodeToString(hash.Sum(nil))
	return r.table, nil
}

// skipMark skips the mark with which some programs begin a UTF-8 file.
func (r *reader) skipMark(in *bufio.Reader) error {
	begin, err := in.Peek(3)
	switch {
	case len(begin) == 0 && err == io.EOF:
		return fault.New(fault.Data, r.Path, "is empty, wanted a line with the names of the columns")
	case err != nil && err != io.EOF:
		return fault.New(fault.Data, r.Path, "%w", fault.Pathless(err))
	case string(begin) == "\ufeff":
		_, err := in.Discard(3)
		return err
	case len(begin) >= 2 && (string(begin[:2]) == "\xff\xfe" || string(begin[:2]) == "\xfe\xff"):
		return fault.New(fault.Data, r.Path, "is UTF-16, wanted UTF-8").WithHint("save it anew as CSV UTF-8")
	}
	return nil
}

// readRow takes a line into the table.
func (r *reader) readRow(record []string) error {
	if len(record) != len(r.header) {
		line, _ := r.csv.FieldPos(0)
		return fault.New(fault.Data, r.place(line, 1), "has %s, wanted %d: one for each column", fault.Count(len(record), "field"), len(r.header))
	}
	if len(r.table.Values)+len(r.order) > maxValues {
		return r.at(0, "more than %d numbers, which is all that dnn reads", maxValues)
	}
	for _, i := range r.order {
		v, err := parseNumber(strings.TrimSpace(record[i]))
		if err != nil {
			return r.at(i, "%s: %w", shorten(r.header[i]), err)
		}
		r.table.Values = append(r.table.Values, v)
	}
	label, err := r.label(strings.TrimSpace(record[r.target]))
	if errors.Is(err, errMany) {
		if err := r.quantity(r.table.Rows()); err != nil {
			return err
		}
	}
	if err != nil {
		return r.at(r.target, "%s: %w", shorten(r.Target), err)
	}
	r.table.Labels = append(r.table.Labels, label)
	return nil
}

// label returns the number of a class, for now in the order of first rows unless a model has numbered them.
func (r *reader) label(name string) (uint8, error) {
	if label, ok := r.labels[name]; ok {
		return label, nil
	}
	switch {
	case r.Classes != nil:
		whose := "that the model knows"
		if r.Like != nil {
			whose = "of " + r.Like.Path
		}
		return 0, fmt.Errorf("wanted a class %s (%s), found %s", whose, list(r.Classes), quote(name))
	case isMissing(name):
		return 0, errors.New("the value is missing")
	case len(r.labels) == maxClasses:
		return 0, fmt.Errorf("%w, found one more: %s", errMany, quote(name))
	}
	if err := printable(name); err != nil {
		return 0, fmt.Errorf("the name of a class %w", err)
	}
	label := uint8(len(r.labels))
	name = strings.Clone(name) // a field shares its line's memory
	r.labels[name] = label
	r.firstLine[name], _ = r.csv.FieldPos(r.target)
	return label, nil
}

// finish checks what only the whole file tells, and numbers the classes in their final order.
func (r *reader) finish() error {
	t := r.table
	if t.Rows() == 0 {
		return fault.New(fault.Data, r.Path, "has no rows, only the names of columns")
	}
	if r.Classes != nil {
		t.Classes = r.Classes
		return nil
	}
	t.Classes = make([]string, len(r.labels))
	for name, label := range r.labels {
		t.Classes[label] = name
	}
	if len(t.Classes) == 1 {
		return fault.New(fault.Data, r.Path, "column %s holds one class only (%s), wanted two or more", quote(r.Target), quote(t.Classes[0]))
	}
	if err := cmp.Or(r.rowAsHeader(), r.oneSpelling(t.Classes), r.quantity(t.Rows())); err != nil {
		return err
	}
	first := slices.Clone(t.Classes)
	sortClasses(t.Classes)
	var final [maxClasses]uint8
	for label, name := range first {
		final[label] = uint8(slices.Index(t.Classes, name))
	}
	for i, label := range t.Labels {
		t.Labels[i] = final[label]
	}
	return nil
}

// at returns an error at the given field of the line that was read last.
func (r *reader) at(field int, format string, args ...any) *fault.Error {
	line, column := r.csv.FieldPos(field)
	return fault.New(fault.Data, r.place(line, column), format, args...)
}

func (r *reader) place(line, column int) string {
	return r.Path + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

// syntax puts an error of package csv into words.
func (r *reader) syntax(err error) error {
	e, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return fault.New(fault.Data, r.Path, "%w", fault.Pathless(err))
	}
	what := fault.New(fault.Data, r.place(e.Line, e.Column), "%w", e.Err)
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		what.What = `has a " inside a field that does not begin with one`
	case errors.Is(err, csv.ErrQuote):
		what.What = `has a field in quotes that ends wrong: after its closing " wanted a comma or the end of the line`
	}
	return what
}

// printable tells what is wrong with a name that is to be shown and stored.
func printable(name string) error {
	if !utf8.ValidString(name) {
		return errors.New("is not UTF-8")
	}
	for _, c := range name {
		if !unicode.IsPrint(c) {
			return fmt.Errorf("holds the character %U, which cannot be printed", c)
		}
	}
	return nil
}
