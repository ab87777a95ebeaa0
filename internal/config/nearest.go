package config

import "strings"

// nearest returns the name that needs the fewest edits to become the one that was written, if it is near enough to have
// been meant: a third of its letters.
func nearest(written string, names []string) (string, bool) {
	const longest = 64 // no name is near to a longer text, and the work grows with the product of the lengths
	if len(written) > longest {
		return "", false
	}
	best, fewest := "", -1
	for _, name := range names {
		if d := distance(strings.ToLower(written), name); fewest < 0 || d < fewest {
			best, fewest = name, d
		}
	}
	return best, fewest >= 0 && fewest <= max(1, len(best)/3)
}

// distance is the Levenshtein distance in bytes: insertions, deletions and replacements that turn a into b.
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
