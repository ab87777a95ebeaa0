package table

import "strings"

// nearest returns the name that takes the fewest insertions, deletions and replacements of a letter to become the one that
// was written, if those are few enough for it to have been meant.
func nearest(written string, names []string) (name string, ok bool) {
	const longest = 64 // letters; the work grows with the product of the lengths
	best := longest
	for _, n := range names {
		if len(n) > longest || len(written) > longest {
			continue
		}
		if d := edits(strings.ToLower(written), strings.ToLower(n)); d < best {
			name, best = n, d
		}
	}
	return name, best <= max(1, len(name)/3)
}

// edits returns the Levenshtein distance of a and b in bytes. Before[j] is that of what came of a so far and b[:j].
func edits(a, b string) int {
	before, now := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		now[0] = i + 1
		for j := range len(b) {
			replaced := before[j]
			if a[i] != b[j] {
				replaced++
			}
			now[j+1] = min(replaced, before[j+1]+1, now[j]+1)
		}
		before, now = now, before
	}
	return before[len(b)]
}
