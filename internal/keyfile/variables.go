package keyfile

import (
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nearest"
)

// checkVariables looks for variables with the program's prefix that nothing reads. One that is close to a known name is
// an error, like a misspelled key in the file. Any other may belong to another program, and is only noted.
func checkVariables(t Table, environ func() []string) (notes []string, err error) {
	if environ == nil {
		return nil, nil
	}
	known, groups := slices.Clone(t.OtherVariables), map[string]Key{}
	for _, k := range t.Keys {
		if k.Group() && !k.Optional {
			groups[t.variable(k.Name)] = k
			continue
		}
		known = append(known, t.Variables(k)...)
	}
	short := make([]string, len(known)) // without the prefix, which they all have
	for i, name := range known {
		short[i] = strings.TrimPrefix(name, t.Prefix)
	}
	all := slices.Sorted(slices.Values(environ())) // so that the first mistake is always the same one
	for _, variable := range all {
		name, text, _ := strings.Cut(variable, "=")
		rest, ours := strings.CutPrefix(name, t.Prefix)
		if !ours || rest == "" || text == "" || slices.Contains(known, name) {
			continue
		}
		if group, ok := groups[name]; ok {
			first := t.named(group.Name + "." + t.names(group.Name)[0])
			err := fault.New(fault.Config, Shorten(name), "%s is a group of keys", group.Name)
			return nil, err.WithHint("did you mean %s?", t.variable(first.Name))
		}
		unknown := fault.New(fault.Config, Shorten(name), "wanted the variable of a key, found none of that name")
		if s, ok := t.foreignName(rest); ok {
			return nil, unknown.WithHint("did you mean %s?", t.variable(s.Key))
		}
		if near, ok := nearest.Name(rest, short); ok {
			return nil, unknown.WithHint("did you mean %s?", t.Prefix+near)
		}
		notes = append(notes, fmt.Sprintf("%s does not read the variable %s", t.Program, Shorten(name)))
	}
	return notes, nil
}
