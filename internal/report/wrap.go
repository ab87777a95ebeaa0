package report

import (
	"strings"
	"unicode/utf8"
)

// wrapWords breaks text at its spaces into lines of at most width characters. A word that is longer starts a new line;
// if cut is true, it is cut and ends in "…", otherwise it is broken at the width. If cut is false, a line keeps the
// space at which it was broken, as in Python's rich.
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
