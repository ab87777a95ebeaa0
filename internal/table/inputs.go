package table

import (
	"io"
	"math"
	"slices"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/table/decimal"
)

// InputOptions say which fields of a file are the inputs of a model.
type InputOptions struct {
	Path string

	// Columns are the inputs, by name, of a model that reads a table; then all of Target, Ignore and NoHeader are those
	// of the table that it was trained on. They are nil for a model of images.
	Columns []string

	// Pixels is the number of pixels of an image, if Columns is nil. With Transpose, the file has them column by column;
	// then Height is the number of rows of an image.
	Pixels    int
	Transpose bool
	Height    int

	Target   string   // the column of classes, which is no input and no id; empty: one that is called label, class, target or y
	Ignore   []string // columns that the table of the training had besides; needed with NoHeader only
	NoHeader bool     // the columns are called by their numbers

	// ID is the column that names each row. Empty: the first that is no input and has another text in each row. If there
	// is none, rows have their numbers.
	ID string
}

// Inputs are the rows of a file, without their classes.
type Inputs struct {
	Path   string
	Rows   int
	Pixels []uint8  // [Rows, pixels], nil for a table
	ID     string   // the column of IDs; empty if rows have their numbers
	IDs    []string // one for each row

	values *decimal.Rows // of a table
}

// Row sets dst to the numbers of row r of a table, in the order of InputOptions.Columns.
func (in *Inputs) Row(r int, dst []float64) { in.values.Row(r, dst) }

// ReadInputs reads rows to predict from a CSV file as Read takes it. Columns that are neither inputs nor the id may hold
// anything. Errors are of kind fault.Data and name line and column.
//
// A table's columns are found by their names, in any order. If the model knows them by their numbers only, the file has
// no names either, and the fields of the model's own table, with the target or without it.
//
// Pixels are whole numbers from 0 to 255. If a file has more columns than pixels, the pixels are those neighbors whose
// names differ in digits alone, such as pixel0, pixel1, …. A file without names may begin or end with one field more if
// Target is its number.
func ReadInputs(o InputOptions) (*Inputs, error) {
	f, err := open(o.Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return parseInputs(f, o)
}

// inputReader reads one file into inputs.
type inputReader struct {
	*reader
	o          InputOptions
	in         *Inputs
	candidates []*candidate // columns that may be the id, from the first on
}

// candidate is a column that has another text in each row so far.
type candidate struct {
	field int
	texts []string
	seen  map[string]bool
}

// maxCandidates is the number of columns of which one may be the id, if it is not named: all their texts are kept.
const maxCandidates = 8

// parseInputs is ReadInputs for a reader.
func parseInputs(f io.Reader, o InputOptions) (*Inputs, error) {
	csv, _, err := newReader(f, Options{Path: o.Path, Target: o.Target, NoHeader: o.NoHeader})
	if err != nil {
		return nil, err
	}
	r := &inputReader{reader: csv, o: o, in: &Inputs{Path: o.Path}}
	record, err := r.record()
	if err != nil {
		return nil, err
	}
	isRow := r.isRow(record)
	for _, find := range []func() error{func() error { return r.name(record, isRow) }, r.findInputs, r.findID} {
		if err := find(); err != nil {
			return nil, err
		}
	}
	if isRow {
		if err := r.readInput(); err != nil {
			return nil, err
		}
	}
	for {
		more, err := r.next()
		if err != nil {
			return nil, err
		}
		if !more {
			return r.in, r.finishInputs()
		}
		if err := r.readInput(); err != nil {
			return nil, err
		}
	}
}

// isRow reports whether the first line is a row, and no line of names.
func (r *inputReader) isRow(record []string) bool {
	if r.o.Columns != nil {
		return r.o.NoHeader && !inOrder(record)
	}
	numbers, consecutive, last := 0, 0, math.NaN()
	for _, field := range record {
		v, err := parseNumber(field)
		if err != nil {
			continue
		}
		if numbers++; v == last+1 {
			consecutive++
		}
		last = v
	}
	return numbers >= r.o.Pixels && 2*consecutive < numbers
}

// name names the columns.
func (r *inputReader) name(record []string, isRow bool) error {
	if !isRow {
		return r.readNames(record)
	}
	columns, n := len(record), 0
	for _, name := range slices.Concat(r.o.Columns, r.o.Ignore, []string{r.o.Target}) {
		if i, err := strconv.Atoi(name); err == nil {
			n = max(n, i+1)
		}
	}
	target, err := strconv.Atoi(r.o.Target)
	left := -1 // the number of a column that is left out
	switch {
	case r.o.Columns == nil:
	case columns == n-1 && err == nil:
		left = target
	case columns != n:
		return fault.New(fault.Data, place(r.o.Path, r.line, 1),
			"has %s, wanted %d, as the model's table has, or one less, without the target",
			fault.Count(columns, "column"), n)
	}
	for i := range columns {
		if left >= 0 && i >= left {
			i++
		}
		r.header = append(r.header, strconv.Itoa(i))
	}
	return nil
}

// findInputs finds the columns that are the inputs.
func (r *inputReader) findInputs() error {
	if r.o.Columns == nil {
		from, err := r.findPixels()
		for i := range r.o.Pixels {
			r.order = append(r.order, from+i)
		}
		return err
	}
	index := make(map[string]int, len(r.header))
	for i, name := range r.header {
		index[name] = i
	}
	for _, name := range r.o.Columns {
		i, ok := index[name]
		if !ok && r.o.NoHeader {
			return r.at(0, "wanted the columns without names that the model knows by their numbers, found %s",
				list(r.header)).WithHint("take out the line of names")
		}
		if !ok {
			return r.noColumn(name, "which the model reads")
		}
		r.order = append(r.order, i)
	}
	r.in.values = decimal.New(len(r.order), parseNumber)
	return nil
}

// findPixels returns the first of the neighboring columns that are an image.
func (r *inputReader) findPixels() (from int, err error) {
	n, columns := r.o.Pixels, len(r.header)
	if columns == n {
		return 0, nil
	}
	target := slices.Index(r.header, r.o.Target)
	if columns == n+1 && (target == 0 || target == n) {
		return (n - target) / n, nil // 1 if the target is first
	}
	run := 0
	for i := range columns {
		if i == 0 || shape(r.header[i]) != shape(r.header[i-1]) {
			run = 0
		}
		if run++; run == n && (i+1 == columns || shape(r.header[i+1]) != shape(r.header[i])) {
			return i + 1 - n, nil
		}
	}
	wrong := r.at(0, "has %s, wanted %d: one for each pixel of the model's images", fault.Count(columns, "column"), n)
	if columns == n+1 {
		wrong.Hint = "the other column must be the target, first or last; or give the pixels names such " +
			"as pixel0, pixel1, …"
	}
	return 0, wrong
}

// findID finds the columns that may be the id.
func (r *inputReader) findID() error {
	if id := r.o.ID; id != "" {
		i := slices.Index(r.header, id)
		if i < 0 {
			return r.noColumn(id, "which is the id")
		}
		r.candidates = []*candidate{{field: i}}
		return nil
	}
	isInput := make([]bool, len(r.header))
	for _, i := range r.order {
		isInput[i] = true
	}
	for i, name := range r.header {
		isClass := name == r.o.Target || r.o.Target == "" && isTarget(name)
		if !isInput[i] && !isClass && len(r.candidates) < maxCandidates {
			r.candidates = append(r.candidates, &candidate{field: i, seen: map[string]bool{}})
		}
	}
	return nil
}

// readInput appends a line to the inputs.
func (r *inputReader) readInput() error {
	if err := r.checkFields(); err != nil {
		return err
	}
	if err := r.addInputs(&r.in.Pixels, r.in.values); err != nil {
		return err
	}
	r.in.Rows++
	r.candidates = slices.DeleteFunc(r.candidates, func(c *candidate) bool { return !c.add(r.text(c.field)) })
	return nil
}

// add adds the text of a row. It reports whether the column may still be the id.
func (c *candidate) add(text string) bool {
	if c.seen != nil {
		if text == "" || c.seen[text] {
			return false
		}
		c.seen[text] = true
	}
	c.texts = append(c.texts, text)
	return true
}

// finishInputs makes the checks that need the whole file, and sets the ids.
func (r *inputReader) finishInputs() error {
	if r.in.Rows == 0 {
		return fault.New(fault.Data, r.o.Path, "has no rows, only the names of columns")
	}
	if r.in.values != nil {
		r.in.values.End()
	}
	if r.o.Transpose {
		transpose(r.in.Pixels, r.o.Height, r.o.Pixels/r.o.Height)
	}
	if len(r.candidates) > 0 {
		id := r.candidates[0]
		r.in.ID, r.in.IDs = r.header[id.field], id.texts
		return nil
	}
	for i := range r.in.Rows {
		r.in.IDs = append(r.in.IDs, strconv.Itoa(i+1))
	}
	return nil
}
