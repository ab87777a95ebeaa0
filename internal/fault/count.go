package fault

import (
	"fmt"
	"strings"
)

// Count returns a number and its noun: "1 epoch", "10 epochs", "2 classes". The noun must have a regular plural.
func Count[N int | int64 | uint64 | byte](n N, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "s"):
		thing += "es"
	default:
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// Gigabytes returns an amount of memory in words: "1.5 GB".
func Gigabytes(bytes float64) string { return fmt.Sprintf("%.1f GB", bytes/1e9) }
