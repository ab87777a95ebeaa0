package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// path is the name of a file or folder; a relative one starts from the working folder. Its values are string.
type path struct{ folder bool }

func (k path) want() string {
	if k.folder {
		return "a folder name"
	}
	return "a file name"
}

func (k path) show(value any) string { return showText(fmt.Sprint(value)) }

// node keeps text as it is: after -o, 10 is the name of a file.
func (k path) node(text string) *yaml.Node { return textNode(text) }

func (k path) read(n *yaml.Node) (any, *problem) { return k.readPath(n) }

func (k path) readPath(n *yaml.Node) (string, *problem) {
	name, p := readLine(k, n)
	if p == nil && !k.folder && strings.HasSuffix(name, "/") {
		return "", wrong(n, "wanted %s, found the folder %s", k.want(), describe(n))
	}
	return name, p
}

// label is a line of text, such as the name of a column. Its values are string.
type label struct{ wanted string }

func (k label) want() string                      { return k.wanted }
func (k label) show(value any) string             { return showText(fmt.Sprint(value)) }
func (k label) node(text string) *yaml.Node       { return textNode(text) }
func (k label) read(n *yaml.Node) (any, *problem) { return readLine(k, n) }

// labels is a label, or a list of different ones. Its values are []string.
type labels struct{ wanted string }

func (k labels) want() string                { return k.wanted }
func (k labels) show(value any) string       { return paths{}.show(value) }
func (k labels) node(text string) *yaml.Node { return flowNode(text) }

func (k labels) read(n *yaml.Node) (any, *problem) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		return nil, wrong(n, "wanted %s, found an empty list", k.want())
	}
	var names []string
	for _, item := range items {
		name, p := readLine(k, item)
		if p != nil {
			return nil, p
		}
		if slices.Contains(names, name) {
			return nil, wrong(item, "%s is given twice", shorten(name))
		}
		names = append(names, name)
	}
	return names, nil
}

// paths is the name of a file, or a list of them. Its values are []string.
type paths struct{}

func (k paths) want() string { return "a file name or a list of them" }

func (k paths) show(value any) string {
	var names []string
	list, _ := value.([]string)
	for _, name := range list {
		names = append(names, showText(name))
	}
	if len(names) == 1 {
		return names[0]
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// node takes a.bin,b.bin as well as [a.bin, b.bin].
func (k paths) node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return flowNode(text)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for name := range strings.SplitSeq(text, ",") {
		list.Content = append(list.Content, textNode(strings.TrimSpace(name)))
	}
	return list
}

func (k paths) read(n *yaml.Node) (any, *problem) {
	if n.Kind == yaml.ScalarNode {
		name, p := path{}.readPath(n)
		if p != nil {
			return nil, p
		}
		return []string{name}, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, unwanted(k, n)
	}
	if len(n.Content) == 0 {
		return nil, wrong(n, "wanted %s, found an empty list", k.want())
	}
	list := make([]string, 0, len(n.Content))
	var found *problem
	for _, item := range n.Content {
		name, p := path{}.readPath(item)
		found = found.and(p)
		list = append(list, name)
	}
	if found != nil {
		return nil, found
	}
	return list, nil
}

// textNode is the node for text that is text whatever it looks like.
func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: text}
}

// readLine reads a kind that is a line of text. What could be taken for something else must stand in quotes.
func readLine(k kind, n *yaml.Node) (string, *problem) {
	switch {
	case n.Kind != yaml.ScalarNode, strings.TrimSpace(n.Value) == "":
		return "", unwanted(k, n)
	case isPlain(n) && !isText(n.Value):
		p := unwanted(k, n)
		p.hint = "put it in quotes"
		return "", p
	case !printable(n.Value):
		return "", wrong(n, "wanted %s of printable characters, found %s", k.want(), describe(n))
	}
	return n.Value, nil
}
