package table

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseNumber reads a decimal number. It refuses what only Go takes for a number: hexadecimal digits, underscores.
func parseNumber(text string) (float64, error) {
	if isMissing(text) {
		return 0, errors.New("the value is missing")
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil && (math.IsNaN(v) || math.IsInf(v, 0)), errors.Is(err, strconv.ErrRange),
		err == nil && math.Abs(v) > math.MaxFloat32:
		return 0, fmt.Errorf("wanted a finite number of at most 3.4e38, found %s", quote(text))
	case err != nil || strings.ContainsAny(text, "xX_"):
		return 0, fmt.Errorf("wanted a number, found %s", quote(text))
	}
	return v, nil
}

// isMissing reports whether a field is one of the texts with which programs mark a missing value.
func isMissing(text string) bool {
	switch strings.ToLower(text) {
	case "", "?", "na", "n/a", "#n/a", "nan", "null":
		return true
	}
	return false
}

// quote quotes a text from a file for a message, and shortens it.
func quote(text string) string { return strconv.Quote(shorten(text)) }

// shorten cuts a text that is too long for a message.
func shorten(text string) string {
	const longest = 40 // characters
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

// list joins names for a message. If there are many, it leaves out the last ones and says how many there are.
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
