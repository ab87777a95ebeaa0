package report

import (
	"strings"
	"unicode/utf8"
)

// wrapWords breaks text at its spaces into lines of at most width characters. A word that alone is longer ends in "…" if
// cut is true and is otherwise broken at the width; it starts a line of its own in both cases. A line that is broken
// outside a table cell keeps the space that it was broken at, as Python's rich does.
func wrapWords(text string, width int, cut bool) []string {
	var lines []string
	line := ""
	flush := func() {
		if cut {
			line = strings.TrimRight(line, " ")
		}
		lines = append(lines, line)
		line = ""
	}
	for _, word := range strings.SplitAfter(text, " ") {
		bare := strings.TrimRight(word, " ")
		if line != "" && utf8.RuneCountInString(line+bare) > width {
			flush()
		}
		for runes := []rune(bare); len(runes) > width; runes = []rune(bare) {
			if cut {
				bare = string(runes[:width-1]) + "…"
				word = bare + " "
				break
			}
			line = string(runes[:width])
			flush()
			bare, word = string(runes[width:]), strings.TrimPrefix(word, string(runes[:width]))
		}
		line += word
	}
	if line != "" {
		flush()
	}
	return lines
}
