package keyfile

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Path is the name of a file or folder. A relative one starts from the working folder. Its values are string.
type Path struct{ Folder bool }

// Want implements Kind.
func (k Path) Want() string {
	if k.Folder {
		return "a folder name"
	}
	return "a file name"
}

// Show implements Kind.
func (k Path) Show(value any) string { return ShowText(fmt.Sprint(value)) }

// Node takes the text as a name, whatever it looks like: in -o 10, 10 is the name of a file.
func (k Path) Node(text string) *yaml.Node { return TextNode(text) }

// Read implements Kind.
func (k Path) Read(n *yaml.Node) (any, *Problem) { return k.readPath(n) }

func (k Path) readPath(n *yaml.Node) (string, *Problem) {
	name, p := ReadLine(k, n)
	if p == nil && !k.Folder && strings.HasSuffix(name, "/") {
		return "", Wrong(n, "wanted %s, found the folder %s", k.Want(), Describe(n))
	}
	return name, p
}

// Paths is the name of a file, or a list of them. Its values are []string.
type Paths struct{}

// Want implements Kind.
func (k Paths) Want() string { return "a file name or a list of them" }

// Show implements Kind.
func (k Paths) Show(value any) string {
	var names []string
	list, _ := value.([]string)
	for _, name := range list {
		names = append(names, ShowText(name))
	}
	if len(names) == 1 {
		return names[0]
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// Node accepts a.bin,b.bin as well as [a.bin, b.bin].
func (k Paths) Node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return FlowNode(text)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for name := range strings.SplitSeq(text, ",") {
		list.Content = append(list.Content, TextNode(strings.TrimSpace(name)))
	}
	return list
}

// Read implements Kind.
func (k Paths) Read(n *yaml.Node) (any, *Problem) {
	if n.Kind == yaml.ScalarNode {
		name, p := Path{}.readPath(n)
		if p != nil {
			return nil, p
		}
		return []string{name}, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, Unwanted(k, n)
	}
	if len(n.Content) == 0 {
		return nil, Wrong(n, "wanted %s, found an empty list", k.Want())
	}
	list := make([]string, 0, len(n.Content))
	var found *Problem
	for _, item := range n.Content {
		name, p := Path{}.readPath(item)
		found = found.And(p)
		list = append(list, name)
	}
	if found != nil {
		return nil, found
	}
	return list, nil
}

// TextNode returns the node of a value that is text, whatever it looks like.
func TextNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: text}
}

// ReadLine reads one line of text, for a kind whose value it is. Text that looks like another type must be in quotes.
func ReadLine(k Kind, n *yaml.Node) (string, *Problem) {
	switch {
	case n.Kind != yaml.ScalarNode, strings.TrimSpace(n.Value) == "":
		return "", Unwanted(k, n)
	case IsPlain(n) && !IsText(n.Value):
		p := Unwanted(k, n)
		p.Hint = "put it in quotes"
		return "", p
	case !printable(n.Value):
		return "", Wrong(n, "wanted %s of printable characters, found %s", k.Want(), Describe(n))
	}
	return n.Value, nil
}
