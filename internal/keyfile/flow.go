package keyfile

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nearest"
)

// A few values are mappings, or lists that contain mappings: {user: ann, shell: zsh}, [ann, {user: bob}].

// Field is one key of a value that is a mapping.
type Field struct {
	Name string
	Kind Kind
}

// ReadFields reads a mapping that may have some or all of the fields. It returns the values by name, or every problem
// that it found.
func ReadFields(n *yaml.Node, fields []Field) (_ map[string]any, found *Problem) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	if n.Kind != yaml.MappingNode {
		return nil, Wrong(n, "wanted keys (%s), found %s", strings.Join(names, ", "), Describe(n))
	}
	values := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			found = found.And(Wrong(name, "wanted the name of a key, found %s", Describe(name)))
			continue
		}
		if _, twice := values[name.Value]; twice {
			found = found.And(Wrong(name, "the key %s is given twice", Shorten(name.Value)))
			continue
		}
		known := false
		for _, f := range fields {
			if f.Name != name.Value {
				continue
			}
			v, p := f.Kind.Read(value)
			p.In(f.Name)
			found = found.And(p)
			values[f.Name], known = v, true
		}
		if !known {
			found = found.And(UnknownField(name, names))
		}
	}
	if found != nil {
		return nil, found
	}
	return values, nil
}

// UnknownField returns the problem of a key that is none of names. Its hint says which may have been meant.
func UnknownField(name *yaml.Node, names []string) *Problem {
	p := Wrong(name, "unknown key %s", Describe(name))
	p.Hint = "the keys here are " + strings.Join(names, ", ")
	if near, ok := nearest.Name(name.Value, names); ok {
		p.Hint = "did you mean " + near + "?"
	} else if strings.Contains(name.Value, ":") {
		p.Hint = "put a space after the colon"
	}
	return p
}

// ValueOf returns the value of a key in the mapping n, or nil.
func ValueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// FlowNode returns the node of a mapping or list that came as text, from a flag or a variable. Text that is not YAML
// becomes a quoted scalar, which no kind of mapping or list accepts.
func FlowNode(text string) *yaml.Node {
	var n yaml.Node
	if !printable(text) || yaml.Unmarshal([]byte(text), &n) != nil || len(n.Content) == 0 {
		return TextNode(text)
	}
	return n.Content[0]
}
