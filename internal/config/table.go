package config

import "strings"

// table is Keys with what a load looks up in it.
type table struct {
	keys   []Key
	byName map[string]Key
}

func newTable() table {
	t := table{keys: Keys(), byName: map[string]Key{}}
	for _, k := range t.keys {
		t.byName[k.Name] = k
	}
	return t
}

// names returns the names, within the group, of its keys. The group "" is the file itself.
func (t table) names(group string) []string {
	var names []string
	for _, k := range t.keys {
		if g, leaf := k.parent(); g == group {
			names = append(names, leaf)
		}
	}
	return names
}

// settable returns the dotted names of all keys that have a value.
func (t table) settable() []string {
	var names []string
	for _, k := range t.keys {
		if !k.Group() {
			names = append(names, k.Name)
		}
	}
	return names
}

// dependents returns the dotted names of the keys whose default depends on the key.
func (t table) dependents(name string) []string {
	var names []string
	for _, k := range t.keys {
		if k.By == name {
			names = append(names, k.Name)
		}
	}
	return names
}

// optionalGroup returns the group that the key is in, or is, if an experiment may do without; else "".
func (t table) optionalGroup(name string) string {
	outermost, _, _ := strings.Cut(name, ".")
	if k := t.byName[outermost]; k.Group() && k.Optional {
		return outermost
	}
	return ""
}
