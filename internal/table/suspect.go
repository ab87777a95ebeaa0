package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

const (
	// maxNumbers is how many numbers as classes are not yet taken for quantities.
	maxNumbers = 20

	headerHint = "put a line with the names of the columns first, or write header: false and the target's number, from 0 on, in dataset"
)

// inOrder tells whether the names are 0, 1, 2, …, as pandas calls columns without names.
func inOrder(names []string) bool {
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// mostlyNumbers tells whether at least half of the names, the target's aside, are numbers.
func (r *reader) mostlyNumbers(names []string) bool {
	numbers, others := 0, 0
	for _, name := range names {
		if name = strings.TrimSpace(name); name == r.Target {
			continue
		}
		others++
		if _, err := parseNumber(name); err == nil {
			numbers++
		}
	}
	return numbers > 0 && 2*numbers >= others
}

// rowAsHeader refuses a first line of numbers and a class, which is a row and not names.
func (r *reader) rowAsHeader() error {
	if _, isClass := r.labels[r.Target]; !isClass || r.NoHeader || inOrder(r.table.Columns) || !r.mostlyNumbers(r.table.Columns) {
		return nil
	}
	return fault.New(fault.Data, r.place(1, 1), "wanted a line with the names of the columns, found what looks like a row: numbers and the class %s",
		quote(r.Target)).WithHint(headerHint)
}

// oneSpelling refuses classes that are one number in two spellings, such as 1 and 1.0.
func (r *reader) oneSpelling(names []string) error {
	spelled := make(map[float64]string, len(names))
	for _, name := range names {
		v, err := parseNumber(name)
		if err != nil {
			continue
		}
		if other, ok := spelled[v]; ok {
			return fault.New(fault.Data, r.Path, "column %s has one number in two spellings: %s in line %d and %s in line %d", quote(r.Target),
				quote(other), r.firstLine[other], quote(name), r.firstLine[name]).WithHint("write each class in one way")
		}
		spelled[v] = name
	}
	return nil
}

// quantity refuses a target that measures something: numbers that differ in each row, or have decimals.
func (r *reader) quantity(rows int) error {
	if len(r.labels) <= maxNumbers {
		return nil
	}
	fractions := 0
	for name := range r.labels {
		v, err := parseNumber(name)
		if err != nil { // a name, and so a class
			return nil //nolint:nilerr // that it is no number is the answer
		}
		if v != math.Trunc(v) {
			fractions++
		}
	}
	if len(r.labels) < rows && 2*fractions < len(r.labels) {
		return nil
	}
	return fault.New(fault.Data, r.Path, "the target %s has %d different numbers in %d rows: dnn tells classes apart and does no regression",
		shorten(r.Target), len(r.labels), rows).WithHint("choose a column of classes as the target, or put the numbers into a few classes")
}

// list joins names for a message, and leaves out what would make it long.
func list(names []string) string {
	const longest = 160 // bytes
	var text strings.Builder
	for i, name := range names {
		if i > 0 {
			text.WriteString(", ")
		}
		if text.Len() > longest {
			return text.String() + fmt.Sprintf("… (%d in all)", len(names))
		}
		text.WriteString(shorten(name))
	}
	return text.String()
}
