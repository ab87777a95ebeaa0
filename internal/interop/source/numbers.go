package source

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const perLine = 6 // numbers

// float32s returns lines of Go with the shortest decimal numbers that are these, a tab before each line.
func float32s(v []float32) string {
	return lines(len(v), func(b []byte, i int) []byte { return strconv.AppendFloat(b, float64(v[i]), 'g', -1, 32) })
}

// float64s is float32s for float64.
func float64s(v []float64) string {
	return lines(len(v), func(b []byte, i int) []byte { return strconv.AppendFloat(b, v[i], 'g', -1, 64) })
}

// hexFloats returns lines of C with hexadecimal numbers, which any compiler has to take exactly (C99, 6.4.4.2).
func hexFloats(v []float32) string {
	return lines(len(v), func(b []byte, i int) []byte {
		if v[i] == 0 {
			return append(b, "0.0f"...)
		}
		return append(strconv.AppendFloat(b, float64(v[i]), 'x', -1, 32), 'f')
	})
}

func lines(n int, number func([]byte, int) []byte) string {
	var b []byte
	for i := range n {
		switch {
		case i%perLine != 0:
			b = append(b, ' ')
		case i > 0:
			b = append(b, '\n', '\t')
		default:
			b = append(b, '\t')
		}
		b = append(number(b, i), ',')
	}
	return string(b)
}

func oneFloat32(x float64) string { return strconv.FormatFloat(x, 'g', -1, 32) }

func oneFloat64(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// oneFloatC returns a float constant of C.
func oneFloatC(x float64) string {
	s := oneFloat32(x)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s + "f"
}

// comment returns text that cannot end a comment or a line.
func comment(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) || r == '\\' {
			return ' '
		}
		return r
	}, text)
	return strings.NewReplacer("*/", "* /", "/*", "/ *").Replace(text)
}

// quoteC returns a string of C. Bytes that are not ASCII are octal, which ends after three digits, so that no compiler
// needs to know the encoding; so is the question mark, which could begin a trigraph.
func quoteC(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c > '~' || c == '?' || c == '"' || c == '\\':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
