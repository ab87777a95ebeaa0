package table

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/table/decimal"
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

	// Height and Width, if not 0, mean that the columns are the pixels of an image, row by row, or, with Transpose,
	// column by column: whole numbers from 0 to 255.
	Height, Width int
	Transpose     bool
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
	*scanner
	size   int64 // of the file, in bytes; 0: unknown
	header []string
	order  []int // the field of a line that each of the table's columns is in
	target int   // the field of the class

	table     *Table
	labels    map[string]uint8 // by class, numbered as they appear in the file, or by Options.Classes
	firstLine map[string]int   // by class, the line in which it appears first
}

// newReader returns a reader of f, once it has looked at the first bytes, and the hash of all that it will have read.
func newReader(f io.Reader, o Options) (*reader, hash.Hash, error) {
	hash := sha256.New()
	r := &reader{
		Options: o, scanner: newScanner(io.TeeReader(f, hash), o.Path), table: &Table{Path: o.Path},
		labels: map[string]uint8{}, firstLine: map[string]int{},
	}
	if file, ok := f.(*os.File); ok {
		if info, err := file.Stat(); err == nil {
			r.size = info.Size()
		}
	}
	begin, err := r.peek(peeked)
	if err == nil {
		err = r.checkFormat(begin)
	}
	return r, hash, err
}

// parse reads a CSV file from f. It allocates in proportion to what f holds.
func parse(f io.Reader, o Options) (*Table, error) {
	r, hash, err := newReader(f, o)
	if err != nil {
		return nil, err
	}
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	for {
		more, err := r.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if err := r.readRow(); err != nil {
			return nil, err
		}
	}
	if err := r.finishTable(); err != nil {
		return nil, err
	}
	r.table.Hash = hex.EncodeToString(hash.Sum(nil))
	return r.table, nil
}

// readRow appends a line to the table.
func (r *reader) readRow() error {
	if err := r.checkFields(); err != nil {
		return err
	}
	if err := r.addInputs(&r.table.Pixels, r.table.values); err != nil {
		return err
	}
	label, err := r.label(r.text(r.target))
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

// addInputs appends the inputs of a line to numbers or, if they are nil, to pixels.
func (r *reader) addInputs(pixels *[]uint8, to *decimal.Rows) (err error) {
	if to == nil {
		*pixels, err = r.appendPixels(*pixels)
		return err
	}
	return r.addNumbers(to)
}

// addNumbers appends the inputs of a line to numbers.
func (r *reader) addNumbers(to *decimal.Rows) error {
	if to.Count()+len(r.order) > maxValues {
		return r.at(0, "more than %d numbers, which is all that dnn reads", maxValues)
	}
	for _, i := range r.order {
		if err := to.Add(r.field(i)); err != nil {
			return r.at(i, "%s: %w", shorten(r.header[i]), err)
		}
	}
	to.EndRow()
	return nil
}

// label returns the number of a class. Without Options.Classes it numbers them as they appear; finishTable sorts them.
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
	r.labels[name] = label
	r.firstLine[name], _ = r.position(r.target)
	return label, nil
}

// finishTable makes the checks that need the whole file, and renumbers the classes in sorted order.
func (r *reader) finishTable() error {
	t := r.table
	if t.values != nil {
		t.values.End()
	}
	if r.Transpose {
		transpose(t.Pixels, r.Height, r.Width)
	}
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

// checkFields returns an error if the line that was read last has not one field for each column.
func (r *reader) checkFields() error {
	if len(r.fields) == len(r.header) {
		return nil
	}
	return fault.New(fault.Data, place(r.Path, r.line, 1), "has %s, wanted %d: one for each column",
		fault.Count(len(r.fields), "field"), len(r.header))
}

// at returns an error about the given field of the line that was read last.
func (r *reader) at(field int, format string, args ...any) *fault.Error {
	line, column := r.position(field)
	return fault.New(fault.Data, place(r.Path, line, column), format, args...)
}

// place returns a path with a line and a column.
func place(path string, line, column int) string {
	return path + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
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
