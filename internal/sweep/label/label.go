// Package label names the parameters of a sweep and their values in few characters, for tables, pictures and lines.
package label

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/report"
)

// Keys returns the shortest end of each dotted key that no other key has. The end "name" alone says too little.
func Keys(keys []string) []string {
	short := make([]string, len(keys))
	for i, key := range keys {
		parts := strings.Split(key, ".")
		for n := 1; n <= len(parts); n++ {
			if short[i] = strings.Join(parts[len(parts)-n:], "."); short[i] == "name" {
				continue
			}
			end := func(other string) bool {
				return other != key && (other == short[i] || strings.HasSuffix(other, "."+short[i]))
			}
			if !slices.ContainsFunc(keys, end) {
				break
			}
		}
	}
	return short
}

// Number returns the number that a YAML text is. ok is false if it is none, or not a finite one.
func Number(yaml string) (v float64, ok bool) {
	// The spellings of Go that YAML does not have are words to YAML.
	v, err := strconv.ParseFloat(yaml, 64)
	return v, err == nil && !math.IsInf(v, 0) && v == v && !strings.ContainsAny(yaml, "xXpP_")
}

// Value returns a value, a YAML text, in a width that leaves room for others: a number with as many digits as tell it
// from most.
func Value(yaml string) string {
	const longest, digits = 24, 4
	text := report.OneLine(yaml)
	if v, ok := Number(yaml); ok && len(text) > digits+4 {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest-1]) + "…"
}
