// Package nearest finds the name that somebody may have misspelled.
package nearest

import "strings"

// Name returns the name that is the fewest edits away from the written one. ok is false if that takes more edits than a
// third of the letters of the name, or more than one in a short name. Case does not matter.
func Name(written string, names []string) (name string, ok bool) {
	const longest = 64 // bounds the work, which grows with the product of the lengths
	fewest := longest
	for _, n := range names {
		if len(written) > longest || len(n) > longest {
			continue
		}
		if d := distance(strings.ToLower(written), strings.ToLower(n)); d < fewest {
			name, fewest = n, d
		}
	}
	return name, fewest <= max(1, len(name)/3)
}

// distance is the Levenshtein distance in bytes: the fewest insertions, deletions and replacements that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
