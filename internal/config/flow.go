package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nearest"
)

// A few values are mappings or lists of them: {csv: iris.csv, target: species}, [100, {dropout: 0.2}].

// field is one key of such a mapping.
type field struct {
	name string
	kind kind
}

// readFields reads a mapping with some of the keys, and returns the values by key, or all that is wrong with it.
func readFields(n *yaml.Node, fields []field) (_ map[string]any, found *problem) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	if n.Kind != yaml.MappingNode {
		return nil, wrong(n, "wanted keys (%s), found %s", strings.Join(names, ", "), describe(n))
	}
	values := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			found = found.and(wrong(name, "wanted the name of a key, found %s", describe(name)))
			continue
		}
		if _, twice := values[name.Value]; twice {
			found = found.and(wrong(name, "the key %s is given twice", shorten(name.Value)))
			continue
		}
		known := false
		for _, f := range fields {
			if f.name != name.Value {
				continue
			}
			v, p := f.kind.read(value)
			p.in(f.name)
			found = found.and(p)
			values[f.name], known = v, true
		}
		if !known {
			found = found.and(unknownField(name, names))
		}
	}
	if found != nil {
		return nil, found
	}
	return values, nil
}

// unknownField is the problem of a key that is none of names, with the one that may have been meant.
func unknownField(name *yaml.Node, names []string) *problem {
	p := wrong(name, "unknown key %s", describe(name))
	p.hint = "the keys here are " + strings.Join(names, ", ")
	if near, ok := nearest.Name(name.Value, names); ok {
		p.hint = "did you mean " + near + "?"
	} else if strings.Contains(name.Value, ":") {
		p.hint = "put a space after the colon"
	}
	return p
}

// valueOf returns what stands after the key in the mapping n, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// flowNode is the node for a mapping or list that came as text. What is no YAML is the text itself, which no kind with
// mappings accepts.
func flowNode(text string) *yaml.Node {
	var n yaml.Node
	if !printable(text) || yaml.Unmarshal([]byte(text), &n) != nil || len(n.Content) == 0 {
		return textNode(text)
	}
	return n.Content[0]
}

// listNode is the node for a list that came as text, with or without its brackets.
func listNode(text string) *yaml.Node {
	text = strings.TrimSpace(text)
	inner, bracketed := text, false
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		inner, bracketed = strings.TrimSpace(text[1:len(text)-1]), true
	}
	if strings.ContainsAny(inner, "{[") {
		return flowNode("[" + inner + "]")
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
