package keyfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// These patterns decide what a plain scalar is. The YAML library's tags do not serve: to them, 010 is 8, 0x10 is 16 and
// 1e400 is text. Each is compiled when it is first used: all four take as long as reading a file, and few commands need
// them.

var (
	wholePattern     = pattern(`^[-+]?(0|[1-9][0-9]*(_[0-9]+)*)$`)
	decimalPattern   = pattern(`^[-+]?(\.[0-9]+|[0-9]+(_[0-9]+)*(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	oddNumberPattern = pattern(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|0[xob][0-9a-fA-F_]+)$`)
	barePattern      = pattern(`^[A-Za-z0-9_./][A-Za-z0-9_./+-]*$`)
)

func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// IsPlain reports whether n is a scalar without quotes.
func IsPlain(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && !isQuoted(n) }

// isQuoted reports whether n is a scalar that can only be text: one in quotes or a block.
func isQuoted(n *yaml.Node) bool {
	const text = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return n.Kind == yaml.ScalarNode && n.Style&text != 0
}

// IsNull reports whether a plain scalar stands for nothing.
func IsNull(s string) bool { return slices.Contains([]string{"", "~", "null", "Null", "NULL"}, s) }

// IsWhole reports whether a plain scalar is a whole number in decimal. A leading 0 is refused: it could mean octal.
func IsWhole(s string) bool { return wholePattern().MatchString(s) }

// IsNumber reports whether a plain scalar is a number. It includes .inf, .nan and other bases, which no Kind reads, so
// that messages do not call them text.
func IsNumber(s string) bool {
	return decimalPattern().MatchString(s) || oddNumberPattern().MatchString(s)
}

// IsText reports whether every reader of YAML 1.1 and 1.2 takes a plain scalar for text.
func IsText(s string) bool {
	words := []string{"true", "false", "yes", "no", "on", "off", "y", "n"}
	return !IsNull(s) && !IsNumber(s) && !slices.Contains(words, strings.ToLower(s))
}

// Describe says what a node is, for messages that end in "found …".
func Describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind != yaml.ScalarNode:
		return "an alias"
	case IsPlain(n) && IsNull(n.Value):
		return "nothing"
	case IsPlain(n) && !IsText(n.Value):
		return Shorten(n.Value)
	case !IsText(n.Value):
		return "the text " + strconv.Quote(Shorten(n.Value))
	}
	return strconv.Quote(Shorten(n.Value))
}

// Shorten cuts a text to the length that fits into a message.
func Shorten(s string) string {
	const longest = 60
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest-1]) + "…"
}

// ShowText writes text as a YAML scalar: without quotes where no reader could mistake it, in quotes otherwise.
func ShowText(s string) string {
	if barePattern().MatchString(s) && IsText(s) {
		return s
	}
	return strconv.Quote(s) // YAML knows all of Go's escapes
}
