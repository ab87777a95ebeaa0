package table

import (
	"math"

	"dnn/internal/fault"
)

// maxNumbers is the largest number of classes that may be numbers without looking like a quantity.
const maxNumbers = 20

// oneSpelling refuses two classes that are the same number, such as 1 and 1.0.
func (r *reader) oneSpelling(names []string) error {
	spelled := make(map[float64]string, len(names))
	for _, name := range names {
		v, err := parseNumber(name)
		if err != nil {
			continue
		}
		if other, ok := spelled[v]; ok {
			return fault.New(fault.Data, r.Path,
				"column %s has one number in two spellings: %s in line %d and %s in line %d",
				quote(r.Target), quote(other), r.firstLine[other], quote(name), r.firstLine[name]).
				WithHint("write each class in one way")
		}
		spelled[v] = name
	}
	return nil
}

// quantity refuses a target that looks like a measurement: more than maxNumbers numbers, of which at least half have
// decimals or each is in one row only.
func (r *reader) quantity(rows int) error {
	if len(r.labels) <= maxNumbers {
		return nil
	}
	fractions := 0
	for name := range r.labels {
		v, err := parseNumber(name)
		if err != nil { // not a number, so the target is a class
			return nil //nolint:nilerr // the error is the answer, not a fault
		}
		if v != math.Trunc(v) {
			fractions++
		}
	}
	if len(r.labels) < rows && 2*fractions < len(r.labels) {
		return nil
	}
	return fault.New(fault.Data, r.Path,
		"the target %s has %d different numbers in %d rows: dnn tells classes apart and does no regression",
		shorten(r.Target), len(r.labels), rows).
		WithHint("choose a column of classes as the target, or put the numbers into a few classes")
}
