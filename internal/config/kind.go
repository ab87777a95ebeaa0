package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
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
}

// unwanted is the problem of a node that is not what its kind wants.
func unwanted(k kind, n *yaml.Node) *problem {
	return &problem{at: n, what: fmt.Sprintf("wanted %s, found %s", k.want(), describe(n))}
}

// unwantedNumber is unwanted for the kinds that a number in quotes was meant for.
func unwantedNumber(k kind, n *yaml.Node) *problem {
	p := unwanted(k, n)
	if isQuoted(n) && isNumber(n.Value) {
		p.hint = "take the quotes off"
	}
	return p
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
	return fmt.Sprintf("a number "+low+" "+high, k.min, k.max)
}

func (k number) node(text string) *yaml.Node { return plainNode(text) }
func (k number) show(value any) string       { return fmt.Sprint(value) }

func (k number) read(n *yaml.Node) (any, *problem) {
	if !isPlain(n) || !isNumber(n.Value) {
		return nil, unwantedNumber(k, n)
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

// choice is one of some names. Its values are string.
type choice []string

func (k choice) node(text string) *yaml.Node { return plainNode(text) }
func (k choice) show(value any) string       { return fmt.Sprint(value) }

func (k choice) want() string {
	switch len(k) {
	case 1:
		return k[0]
	case 2:
		return k[0] + " or " + k[1]
	}
	return "one of " + strings.Join(k, ", ")
}

func (k choice) read(n *yaml.Node) (any, *problem) {
	if n.Kind == yaml.ScalarNode && slices.Contains(k, n.Value) {
		return n.Value, nil
	}
	p := unwanted(k, n)
	if n.Kind == yaml.ScalarNode {
		if name, ok := nearest(n.Value, k); ok {
			p.hint = "did you mean " + name + "?"
		}
	}
	return nil, p
}

// fileName is the path of a file. Its values are string.
type fileName struct{}

func (k fileName) want() string { return "a file name" }

func (k fileName) show(value any) string { return showText(fmt.Sprint(value)) }

// node keeps text as it is: after -o, 10 is the name of a file.
func (k fileName) node(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: text}
}

func (k fileName) read(n *yaml.Node) (any, *problem) {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
		return nil, unwanted(k, n)
	}
	if isPlain(n) && !isText(n.Value) {
		p := unwanted(k, n)
		p.hint = "put it in quotes"
		return nil, p
	}
	if strings.HasSuffix(n.Value, "/") {
		return nil, &problem{at: n, what: fmt.Sprintf("wanted a file name, found the folder %s", describe(n))}
	}
	if !printable(n.Value) {
		return nil, &problem{at: n, what: fmt.Sprintf("wanted a file name of printable characters, found %s", describe(n))}
	}
	return n.Value, nil
}

// layers is a list of hidden Dense layers, each given by its number of units. Its values are []Layer.
type layers struct{}

func (k layers) want() string { return "a list of whole numbers such as [100, 50]" }

func (k layers) show(value any) string {
	var units []string
	list, _ := value.([]Layer)
	for _, l := range list {
		units = append(units, strconv.Itoa(l.Units))
	}
	return "[" + strings.Join(units, ", ") + "]"
}

// node takes 100,50 as well as [100, 50].
func (k layers) node(text string) *yaml.Node {
	text = strings.TrimSpace(text)
	inner, bracketed := text, false
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		inner, bracketed = strings.TrimSpace(text[1:len(text)-1]), true
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if inner == "" {
		if !bracketed {
			return plainNode("")
		}
		return list
	}
	for item := range strings.SplitSeq(inner, ",") {
		list.Content = append(list.Content, plainNode(item))
	}
	return list
}

func (k layers) read(n *yaml.Node) (any, *problem) {
	if n.Kind != yaml.SequenceNode {
		p := unwanted(k, n)
		if n.Kind == yaml.ScalarNode {
			p.hint = "write [] for no hidden layer"
			if isPlain(n) && isWhole(n.Value) {
				p.hint = "write [" + n.Value + "]"
			}
		}
		return nil, p
	}
	if len(n.Content) > maxLayers {
		return nil, &problem{at: n, what: fmt.Sprintf("wanted at most %d layers, found %d", maxLayers, len(n.Content))}
	}
	list := make([]Layer, 0, len(n.Content))
	for _, item := range n.Content {
		units, p := whole{1, maxUnits}.readWhole(item)
		if p != nil {
			p.what = "units of a layer: " + p.what
			return nil, p
		}
		list = append(list, Layer{Units: int(units)})
	}
	return list, nil
}
