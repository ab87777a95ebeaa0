package config

import (
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nearest"
)

const variablePrefix = "DNN_"

// otherVariables are dnn's variables that set no key.
func otherVariables() []string { return []string{"DNN_DATA_DIR", "DNN_SIMD"} }

// checkVariables looks for variables that seem to be dnn's but are read by nothing. One that is near to a known one is an
// error, as in the file; any other may belong to another program, and is only noted.
func checkVariables(t table, environ func() []string) (notes []string, err error) {
	if environ == nil {
		return nil, nil
	}
	known, groups := otherVariables(), map[string]Key{}
	for _, k := range t.keys {
		if k.Group() && !k.Optional {
			groups[k.Env()] = k
			continue
		}
		known = append(known, k.variables()...)
	}
	short := make([]string, len(known)) // without the prefix, which all share
	for i, name := range known {
		short[i] = strings.TrimPrefix(name, variablePrefix)
	}
	all := slices.Sorted(slices.Values(environ())) // so that the first mistake is always the same one
	for _, variable := range all {
		name, text, _ := strings.Cut(variable, "=")
		rest, ours := strings.CutPrefix(name, variablePrefix)
		if !ours || rest == "" || text == "" || slices.Contains(known, name) {
			continue
		}
		if group, ok := groups[name]; ok {
			first := t.byName[group.Name+"."+t.names(group.Name)[0]]
			return nil, fault.New(fault.Config, shorten(name), "%s is a group of keys", group.Name).WithHint("did you mean %s?", first.Env())
		}
		unknown := fault.New(fault.Config, shorten(name), "wanted the variable of a key, found none of that name")
		if s, ok := foreignName(rest); ok {
			return nil, unknown.WithHint("did you mean %s?", t.byName[s.key].Env())
		}
		if near, ok := nearest.Name(rest, short); ok {
			return nil, unknown.WithHint("did you mean %s?", variablePrefix+near)
		}
		notes = append(notes, fmt.Sprintf("the variable %s is none of dnn's", shorten(name)))
	}
	return notes, nil
}
