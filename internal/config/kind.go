package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nearest"
)

// kind is what the value of a key may be.
type kind interface {
	want() string                      // what is accepted, as it completes "wanted …"
	node(text string) *yaml.Node       // the node for a value that came as text, from a flag or a variable
	read(n *yaml.Node) (any, *problem) // the value of a node
	show(value any) string             // the value as it is written in a file
}

// problem is what is wrong with a node. Whoever knows the source turns it into an error.
type problem struct {
	at         *yaml.Node
	what, hint string

	next *problem // another one, further on; nil: none
}

// and returns p with other behind it. Either may be nil.
func (p *problem) and(other *problem) *problem {
	if p == nil {
		return other
	}
	last := p
	for last.next != nil {
		last = last.next
	}
	last.next = other
	return p
}

// in puts a prefix, the name of a key, before what is wrong.
func (p *problem) in(prefix string) {
	for ; p != nil; p = p.next {
		p.what = prefix + ": " + p.what
	}
}

// wrong is a problem in words of its own.
func wrong(n *yaml.Node, format string, args ...any) *problem {
	return &problem{at: n, what: fmt.Sprintf(format, args...)}
}

// unwanted is the problem of a node that is not what its kind wants.
func unwanted(k kind, n *yaml.Node) *problem {
	return wrong(n, "wanted %s, found %s", k.want(), describe(n))
}

// unwantedNumber is unwanted for the kinds that a number in quotes was meant for.
func unwantedNumber(k kind, n *yaml.Node) *problem {
	p := unwanted(k, n)
	if isQuoted(n) && isNumber(n.Value) {
		p.hint = "take the quotes off"
	}
	return p
}

// oneOf lists names: "adam", "adam or sgd", "one of adam, lion, sgd".
func oneOf(names []string) string {
	switch len(names) {
	case 1:
		return names[0]
	case 2:
		return names[0] + " or " + names[1]
	}
	return "one of " + strings.Join(names, ", ")
}

// plainNode is the node for text that could stand in a file without quotes.
func plainNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(text)}
}

// whole is a whole number in [min, max], in decimal. Its values are uint64.
type whole struct{ min, max uint64 }

func (k whole) want() string                { return fmt.Sprintf("a whole number from %d to %d", k.min, k.max) }
func (k whole) node(text string) *yaml.Node { return plainNode(text) }
func (k whole) show(value any) string       { return fmt.Sprint(value) }

func (k whole) read(n *yaml.Node) (any, *problem) { return k.readWhole(n) }

func (k whole) readWhole(n *yaml.Node) (uint64, *problem) {
	if !isPlain(n) || !isWhole(n.Value) {
		return 0, unwantedNumber(k, n)
	}
	digits := strings.ReplaceAll(strings.TrimPrefix(n.Value, "+"), "_", "")
	v, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || v < k.min || v > k.max {
		return 0, unwanted(k, n)
	}
	return v, nil
}

// number is a finite number between min and max, which belong to it unless they are open. Its values are float64.
type number struct {
	min, max         float64
	minOpen, maxOpen bool
}

func (k number) want() string {
	low, high := "from %v", "to %v"
	switch {
	case k.minOpen && k.maxOpen:
		low, high = "above %v", "and below %v"
	case k.minOpen:
		low, high = "above %v", "and at most %v"
	case k.maxOpen:
		low, high = "of at least %v", "and below %v"
	}
	return fmt.Sprintf("a number "+low+" "+high, readable(k.min), readable(k.max))
}

// readable writes a bound as a person would: 1000000, 0.25, 1e-30.
func readable(v float64) string {
	if v != 0 && math.Abs(v) < 1e-6 {
		return fmt.Sprint(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (k number) node(text string) *yaml.Node { return plainNode(text) }
func (k number) show(value any) string       { return fmt.Sprint(value) }

func (k number) read(n *yaml.Node) (any, *problem) {
	if !isPlain(n) || !isNumber(n.Value) {
		p := unwantedNumber(k, n)
		if isPlain(n) && strings.Count(n.Value, ",") == 1 { // 0,001
			point := strings.Replace(n.Value, ",", ".", 1)
			if _, wrong := k.read(plainNode(point)); wrong == nil {
				p.hint = "write " + point
			}
		}
		return nil, p
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
	// Written so that a NaN is outside.
	inside := v > k.min || v == k.min && !k.minOpen
	inside = inside && (v < k.max || v == k.max && !k.maxOpen)
	if err != nil || !inside {
		return nil, unwanted(k, n)
	}
	return v, nil
}

// boolean is true or false, and not YAML 1.1's yes, no, on and off. Its values are bool.
type boolean struct{}

func (k boolean) want() string                { return "true or false" }
func (k boolean) node(text string) *yaml.Node { return plainNode(text) }
func (k boolean) show(value any) string       { return fmt.Sprint(value) }

func (k boolean) read(n *yaml.Node) (any, *problem) {
	if isPlain(n) {
		switch n.Value {
		case "true", "True", "TRUE":
			return true, nil
		case "false", "False", "FALSE":
			return false, nil
		}
	}
	p := unwanted(k, n)
	if n.Kind == yaml.ScalarNode {
		switch strings.ToLower(n.Value) {
		case "yes", "on", "y", "1", "true":
			p.hint = "write true"
		case "no", "off", "n", "0", "false":
			p.hint = "write false"
		}
	}
	return nil, p
}

// Choice is one of some names. Its values are string.
type Choice struct {
	Names   []string
	Foreign map[string][]string // for some names, what others call them; those are written as in Table.Foreign
}

func (k Choice) node(text string) *yaml.Node { return plainNode(text) }
func (k Choice) show(value any) string       { return fmt.Sprint(value) }
func (k Choice) want() string                { return oneOf(k.Names) }

func (k Choice) read(n *yaml.Node) (any, *problem) {
	if n.Kind == yaml.ScalarNode && slices.Contains(k.Names, n.Value) {
		return n.Value, nil
	}
	p := unwanted(k, n)
	if n.Kind == yaml.ScalarNode {
		if name, ok := k.near(n.Value); ok {
			p.hint = "did you mean " + name + "?"
		}
	}
	return nil, p
}

// near returns the name that was meant by another one: another library's, or one with a mistake.
func (k Choice) near(written string) (string, bool) {
	plain := plainName(written)
	for _, name := range k.Names {
		if slices.Contains(k.Foreign[name], plain) {
			return name, true
		}
	}
	return nearest.Name(written, k.Names)
}
