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

// Options say what to read.
type Options struct {
	Path   string
	Target string // the name of the column of classes

	// NoHeader means that the first line is a row. The columns are then called 0, 1, 2, ….
	NoHeader bool

	// Columns and Classes, if not nil, are those that a model knows. The file must have these columns, in any order;
	// others are not read. It must not have other classes.
	Columns []string
	Classes []string

	// Like, if not nil, is the table that Columns and Classes come from, instead of a model. With NoHeader, both files
	// must have the same number of columns, since only a column's position tells which one it is.
	Like *Table

	// Ignore names columns that are not read, and so need not hold numbers. It has no effect if Columns is not nil.
	Ignore []string
}

// maxClasses is the largest number of classes: labels are bytes.
const maxClasses = 256

// errMany means that a row has class number maxClasses + 1.
var errMany = fmt.Errorf("wanted at most %d classes", maxClasses)

// maxValues bounds the memory of a table: 8 GiB.
const maxValues = 1 << 30

// peeked is the number of bytes by which a file's format is recognized.
const peeked = 4096

// Read reads a CSV file: UTF-8, fields separated by commas, the names of the columns in the first line, one row in each
// of the others. All columns but the target must hold numbers. Space around a field is ignored. Errors are of kind
// fault.Data and name line and column, in bytes from 1 on.
func Read(o Options) (*Table, error) {
	f, err := open(o.Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return parse(f, o)
}

// Hash returns what Table.Hash would be for a file, without reading it as a table.
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

// open opens a file; errors are of kind fault.Data.
func open(path string) (*os.File, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	return f, nil
}

// reader reads one file into a table.
type reader struct {
	Options
	csv    *csv.Reader
	header []string
	order  []int // the field of a line that each of the table's columns is in
	target int   // the field of the class

	table     *Table
	labels    map[string]uint8 // by class, numbered as they appear in the file, or by Options.Classes
	firstLine map[string]int   // by class, the line in which it appears first
}

// parse reads a CSV file from f. It allocates in proportion to what f holds.
func parse(f io.Reader, o Options) (*Table, error) {
	hash := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(&lineLimiter{Reader: f}, hash), peeked)
	r := &reader{
		Options: o, table: &Table{Path: o.Path},
		labels: map[string]uint8{}, firstLine: map[string]int{},
	}
	if err := r.skipByteOrderMark(in); err != nil {
		return nil, err
	}
	begin, err := in.Peek(peeked)
	if err != nil && err != io.EOF {
		return nil, fault.New(fault.Data, r.Path, "%w", fault.Pathless(err))
	}
	if err := r.checkFormat(begin); err != nil {
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

// skipByteOrderMark skips the mark with which some programs begin a UTF-8 file, and refuses those of UTF-16.
func (r *reader) skipByteOrderMark(in *bufio.Reader) error {
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

// readRow appends a line to the table.
func (r *reader) readRow(record []string) error {
	if len(record) != len(r.header) {
		line, _ := r.csv.FieldPos(0)
		return fault.New(fault.Data, r.place(line, 1), "has %s, wanted %d: one for each column",
			fault.Count(len(record), "field"), len(r.header))
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
	if errors.Is(err, errMany) { // perhaps the target is no class at all
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

// label returns the number of a class. Without Options.Classes it numbers them as they appear; finish sorts them.
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
	name = strings.Clone(name) // a field is a slice of its whole line
	r.labels[name] = label
	r.firstLine[name], _ = r.csv.FieldPos(r.target)
	return label, nil
}

// finish makes the checks that need the whole file, and renumbers the classes in sorted order.
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
		return fault.New(fault.Data, r.Path, "column %s holds one class only (%s), wanted two or more",
			quote(r.Target), quote(t.Classes[0]))
	}
	if err := cmp.Or(r.rowAsHeader(), r.oneSpelling(t.Classes), r.quantity(t.Rows())); err != nil {
		return err
	}
	unsorted := slices.Clone(t.Classes)
	sortClasses(t.Classes)
	var sorted [maxClasses]uint8 // the new number of each label
	for label, name := range unsorted {
		sorted[label] = uint8(slices.Index(t.Classes, name))
	}
	for i, label := range t.Labels {
		t.Labels[i] = sorted[label]
	}
	return nil
}

// at returns an error about the given field of the line that was read last.
func (r *reader) at(field int, format string, args ...any) *fault.Error {
	line, column := r.csv.FieldPos(field)
	return fault.New(fault.Data, r.place(line, column), format, args...)
}

// place returns the path with a line and a column.
func (r *reader) place(line, column int) string {
	return r.Path + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

// syntax turns an error of package csv into one that a user understands.
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

// printable returns an error if a name cannot be shown on a terminal.
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
