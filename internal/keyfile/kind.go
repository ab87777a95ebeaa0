package keyfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nearest"
	"dnn/internal/setting"
)

// Kind says what the value of a key may be. A type of file may have kinds of its own.
type Kind interface {
	Want() string                      // what is accepted, for messages that begin with "wanted …"
	Node(text string) *yaml.Node       // the node of a value from a flag or a variable
	Read(n *yaml.Node) (any, *Problem) // the value of a node
	Show(value any) string             // the value as written in a file
}

// Problem is what is wrong with a node, or a list of such problems. The caller knows the source, and makes errors of
// them.
type Problem struct {
	At         *yaml.Node
	What, Hint string

	next *Problem // the next problem; nil: none
	last *Problem // of the list that begins here, as far as And knows; nil: unknown
}

// And appends other to the list p. Either may be nil.
func (p *Problem) And(other *Problem) *Problem {
	if p == nil {
		return other
	}
	last := cmp.Or(p.last, p) // a file may have many problems: no walk through all of them for each
	for last.next != nil {
		last = last.next
	}
	last.next, p.last = other, last
	return p
}

// In puts a prefix, the name of a key, before the text of each problem in the list.
func (p *Problem) In(prefix string) {
	for ; p != nil; p = p.next {
		p.What = prefix + ": " + p.What
	}
}

// Wrong returns a problem with the given text.
func Wrong(n *yaml.Node, format string, args ...any) *Problem {
	return &Problem{At: n, What: fmt.Sprintf(format, args...)}
}

// Unwanted returns the problem of a node that its kind does not accept.
func Unwanted(k Kind, n *yaml.Node) *Problem {
	return Wrong(n, "wanted %s, found %s", k.Want(), Describe(n))
}

// unwantedNumber is Unwanted for kinds of numbers. It has a hint for a number in quotes.
func unwantedNumber(k Kind, n *yaml.Node) *Problem {
	p := Unwanted(k, n)
	if isQuoted(n) && IsNumber(n.Value) {
		p.Hint = "take the quotes off"
	}
	return p
}

// OneOf lists names: "red", "red or blue", "one of red, green, blue".
func OneOf(names []string) string {
	switch len(names) {
	case 1:
		return names[0]
	case 2:
		return names[0] + " or " + names[1]
	}
	return "one of " + strings.Join(names, ", ")
}

// PlainNode returns the node of text that could stand in a file without quotes.
func PlainNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(text)}
}

// word is what some kinds have in common: their values are written as fmt prints them, without quotes.
type word struct{}

func (k word) Node(text string) *yaml.Node { return PlainNode(text) }
func (k word) Show(value any) string       { return fmt.Sprint(value) }

// Whole is a whole number from Min to Max, in decimal. Its values are uint64.
type Whole struct {
	Min, Max uint64
	word
}

// Want implements Kind.
func (k Whole) Want() string { return fmt.Sprintf("a whole number from %d to %d", k.Min, k.Max) }

// Read implements Kind.
func (k Whole) Read(n *yaml.Node) (any, *Problem) {
	if !IsPlain(n) || !IsWhole(n.Value) {
		return nil, unwantedNumber(k, n)
	}
	digits := strings.ReplaceAll(strings.TrimPrefix(n.Value, "+"), "_", "")
	v, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || v < k.Min || v > k.Max {
		return nil, Unwanted(k, n)
	}
	return v, nil
}

// Number is a finite number from Min to Max. Min or Max itself is excluded if MinOpen or MaxOpen is set. Its values are
// float64.
type Number struct {
	Min, Max         float64
	MinOpen, MaxOpen bool
	word
}

// Want implements Kind.
func (k Number) Want() string { return "a number " + k.bounds().String() }

func (k Number) bounds() setting.Bounds {
	return setting.Bounds{Min: k.Min, Max: k.Max, MinOpen: k.MinOpen, MaxOpen: k.MaxOpen}
}

// Read implements Kind.
func (k Number) Read(n *yaml.Node) (any, *Problem) {
	if !IsPlain(n) || !IsNumber(n.Value) {
		p := unwantedNumber(k, n)
		if IsPlain(n) && strings.Count(n.Value, ",") == 1 { // 0,001
			point := strings.Replace(n.Value, ",", ".", 1)
			if _, wrong := k.Read(PlainNode(point)); wrong == nil {
				p.Hint = "write " + point
			}
		}
		return nil, p
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
	if err != nil || !k.bounds().Contain(v) {
		return nil, Unwanted(k, n)
	}
	return v, nil
}

// Boolean is true or false. YAML 1.1's yes, no, on and off are refused, with a hint. Its values are bool.
type Boolean struct{ word }

// Want implements Kind.
func (k Boolean) Want() string { return "true or false" }

// Read implements Kind.
func (k Boolean) Read(n *yaml.Node) (any, *Problem) {
	if IsPlain(n) {
		switch n.Value {
		case "true", "True", "TRUE":
			return true, nil
		case "false", "False", "FALSE":
			return false, nil
		}
	}
	p := Unwanted(k, n)
	if n.Kind == yaml.ScalarNode {
		switch strings.ToLower(n.Value) {
		case "yes", "on", "y", "1", "true":
			p.Hint = "write true"
		case "no", "off", "n", "0", "false":
			p.Hint = "write false"
		}
	}
	return nil, p
}

// Choice is one of some names. Its values are string.
type Choice struct {
	Names   []string
	Foreign map[string][]string // other programs' names for some of Names, as plainName spells them
	word
}

// Want implements Kind.
func (k Choice) Want() string { return OneOf(k.Names) }

// Read implements Kind.
func (k Choice) Read(n *yaml.Node) (any, *Problem) {
	if n.Kind == yaml.ScalarNode && slices.Contains(k.Names, n.Value) {
		return n.Value, nil
	}
	p := Unwanted(k, n)
	if n.Kind == yaml.ScalarNode {
		if name, ok := k.near(n.Value); ok {
			p.Hint = "did you mean " + name + "?"
		}
	}
	return nil, p
}

// near returns the name that was meant by a written one: by another program's name for it, or by a misspelled one.
func (k Choice) near(written string) (string, bool) {
	plain := plainName(written)
	for _, name := range k.Names {
		if slices.Contains(k.Foreign[name], plain) {
			return name, true
		}
	}
	return nearest.Name(written, k.Names)
}
