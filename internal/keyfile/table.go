package keyfile

import "strings"

// Table describes one type of file: its keys, and the words that messages use for it. It is plain data.
type Table struct {
	Keys    []Key  // in the order of templates; a group before its keys, a key before those whose defaults depend on it
	What    string // what the file is, with an article: "a site file"
	Program string // whose file it is: "site"
	Prefix  string // of the environment variables that set keys: "SITE_"
	Missing string // the hint where the file does not exist

	OtherVariables []string // variables with the prefix that are known but set no key

	Top    string // a key outside all groups, as an example in messages
	Dotted string // a key in a group, as an example in messages

	Foreign map[Foreign][]string // names that other programs use, as plainName spells them

	byName map[string]int // the place of each key in Keys; nil: they are searched
}

// Find returns the key with the dotted name.
func (t Table) Find(name string) (k Key, ok bool) {
	if t.byName != nil {
		i, ok := t.byName[name]
		if !ok {
			return Key{}, false
		}
		return t.Keys[i], true
	}
	for i := range t.Keys {
		if t.Keys[i].Name == name {
			return t.Keys[i], true
		}
	}
	return Key{}, false
}

// indexed returns the table with an index of its keys, for a load, which finds each of them several times.
func (t Table) indexed() Table {
	t.byName = make(map[string]int, len(t.Keys))
	for i := len(t.Keys) - 1; i >= 0; i-- { // of two of the same name, the first counts
		t.byName[t.Keys[i].Name] = i
	}
	return t
}

// named returns the key with the dotted name, or an empty key.
func (t Table) named(name string) Key {
	k, _ := t.Find(name)
	return k
}

// names returns the names of the keys in a group, without the group's own. The group "" is the file itself.
func (t Table) names(group string) []string {
	var names []string
	for _, k := range t.Keys {
		if g, leaf := k.Parent(); g == group {
			names = append(names, leaf)
		}
	}
	return names
}

// Settable returns the dotted names of all keys that have a value.
func (t Table) Settable() []string {
	var names []string
	for _, k := range t.Keys {
		if !k.Group() {
			names = append(names, k.Name)
		}
	}
	return names
}

// dependents returns the dotted names of the keys whose defaults depend on the key.
func (t Table) dependents(name string) []string {
	var names []string
	for _, k := range t.Keys {
		if k.By == name {
			names = append(names, k.Name)
		}
	}
	return names
}

// OptionalGroup returns the optional group that the key is in, or is itself; "" if there is none.
func (t Table) OptionalGroup(name string) string {
	outermost, _, _ := strings.Cut(name, ".")
	if k := t.named(outermost); k.Group() && k.Optional {
		return outermost
	}
	return ""
}

// Variables returns the environment variables that set the key: one is named after the key, one after its flag.
func (t Table) Variables(k Key) []string {
	names := []string{t.variable(k.Name)}
	if k.Flag == "" {
		return names
	}
	if flag := t.variable(strings.ReplaceAll(strings.TrimPrefix(k.Flag, "--"), "-", "_")); flag != names[0] {
		names = append(names, flag)
	}
	return names
}

// variable returns the name of the environment variable that sets the key with the dotted name.
func (t Table) variable(name string) string {
	return t.Prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}
