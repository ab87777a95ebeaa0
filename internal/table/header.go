package table

import (
	"slices"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/nearest"
	"dnn/internal/table/decimal"
)

const headerHint = "put a line with the names of the columns first, " +
	"or write header: false and the target's number, from 0 on, in dataset"

// readHeader reads the first line and finds the columns that are to be read. Without a header, that line is a row.
func (r *reader) readHeader() error {
	record, err := r.record()
	if err != nil {
		return err
	}
	r.table.Fields = len(record)
	if r.NoHeader {
		if r.Like != nil && len(record) != r.Like.Fields {
			return r.at(0, "has %d columns, wanted %d, as %s has", len(record), r.Like.Fields, r.Like.Path)
		}
		for i := range record {
			r.header = append(r.header, strconv.Itoa(i))
		}
		if err := r.findColumns(); err != nil {
			return err
		}
		return r.readRow()
	}
	numbers := 0
	for _, field := range record {
		if _, err := parseNumber(field); err == nil {
			numbers++
		}
	}
	if numbers == len(record) && !inOrder(record) {
		return r.at(0, "wanted a line with the names of the columns, found numbers only").WithHint(headerHint)
	}
	if err := r.readNames(record); err != nil {
		return err
	}
	return r.findColumns()
}

// record returns the fields of the first line.
func (r *reader) record() ([]string, error) {
	found, err := r.next()
	if err == nil && !found {
		err = fault.New(fault.Data, r.Path, "is empty, wanted a line with the names of the columns")
	}
	if err != nil {
		return nil, err
	}
	record := make([]string, len(r.fields))
	for i := range record {
		record[i] = r.text(i)
	}
	return record, nil
}

// readNames takes the first line as the names of the columns.
func (r *reader) readNames(record []string) error {
	seen := make(map[string]bool, len(record))
	for i, name := range record {
		if err := printable(name); err != nil {
			return r.at(i, "the name of a column %w", err)
		}
		if name == "" && i > 0 && i == len(record)-1 {
			return r.at(i, "column %d has no name", i+1).
				WithHint("the line ends with a comma: take out the comma at the end of each line")
		}
		if name == "" {
			return r.at(i, "column %d has no name", i+1).
				WithHint("a column of row numbers must go: write the file without it")
		}
		if seen[name] {
			err := r.at(i, "two columns are called %s", quote(name))
			if r.mostlyNumbers(record) {
				err = err.WithHint("the first line looks like a row: " + headerHint)
			}
			return err
		}
		seen[name] = true
		r.header = append(r.header, name)
	}
	return nil
}

// findColumns finds the columns of the target and of the features in the header.
func (r *reader) findColumns() error {
	if r.target = slices.Index(r.header, r.Target); r.target < 0 {
		return r.noColumn(r.Target, "which is the target")
	}
	index := make(map[string]int, len(r.header)) // searching the header for each column would take quadratic time
	for i, name := range r.header {
		index[name] = i
	}
	columns, purpose := r.Columns, "which the model reads"
	if r.Like != nil {
		purpose = "which " + r.Like.Path + " has"
	}
	if columns == nil {
		var err error
		if columns, err = r.ownColumns(index); err != nil {
			return err
		}
	}
	for _, name := range columns {
		i, ok := index[name]
		if !ok {
			return r.noColumn(name, purpose)
		}
		r.order = append(r.order, i)
	}
	if len(r.order) == 0 {
		also := ""
		if len(r.Ignore) > 0 {
			also = " and the ignored ones"
		}
		return r.at(0, "wanted a column of numbers besides %s%s, found none", quote(r.Target), also)
	}
	r.table.Columns = columns
	if r.Height > 0 {
		if err := r.checkPixels(columns); err != nil {
			return err
		}
		r.table.Height, r.table.Width = r.Height, r.Width
	} else {
		r.table.values = decimal.New(len(columns), parseNumber)
	}
	for i, name := range r.Classes {
		r.labels[name] = uint8(i)
	}
	return nil
}

// ownColumns returns the names of all columns but the target and the ignored ones.
func (r *reader) ownColumns(index map[string]int) ([]string, error) {
	ignored := make(map[string]bool, len(r.Ignore))
	for _, name := range r.Ignore {
		if _, ok := index[name]; !ok {
			return nil, r.noColumn(name, "which is to be ignored")
		}
		ignored[name] = true
	}
	isNoFeature := func(name string) bool { return name == r.Target || ignored[name] }
	return slices.DeleteFunc(slices.Clone(r.header), isNoFeature), nil
}

// noColumn is the error of a missing column. purpose says what needs it.
func (r *reader) noColumn(name, purpose string) error {
	err := r.at(0, "there is no column %s, %s", quote(name), purpose)
	if near, ok := nearest.Name(name, r.header); ok {
		return err.WithHint("did you mean %s?", quote(near))
	}
	return err.WithHint("the columns are %s", list(r.header))
}

// inOrder reports whether the names are 0, 1, 2, …, which pandas gives to columns without names.
func inOrder(names []string) bool {
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// mostlyNumbers reports whether at least half of the names, without the target's, are numbers.
func (r *reader) mostlyNumbers(names []string) bool {
	numbers, others := 0, 0
	for _, name := range names {
		if name == r.Target {
			continue
		}
		others++
		if _, err := parseNumber(name); err == nil {
			numbers++
		}
	}
	return numbers > 0 && 2*numbers >= others
}

// rowAsHeader refuses a header that consists of numbers and the name of a class: it must be a row.
func (r *reader) rowAsHeader() error {
	_, isClass := r.labels[r.Target]
	if !isClass || r.NoHeader || inOrder(r.table.Columns) || !r.mostlyNumbers(r.table.Columns) {
		return nil
	}
	return fault.New(fault.Data, place(r.Path, 1, 1),
		"wanted a line with the names of the columns, found what looks like a row: numbers and the class %s",
		quote(r.Target)).WithHint(headerHint)
}
