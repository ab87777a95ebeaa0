package keyfile

import "strings"

// Table is what one type of file may say, and how messages call it. It is plain data: everything about a key follows
// from its entry in Keys.
type Table struct {
	Keys    []Key  // in the order of templates; a group before its keys, a key before those whose defaults depend on it
	What    string // what the file is, with an article: "a site file"
	Program string // whose file it is: "site"
	Prefix  string // of the environment variables that set keys: "SITE_"
	Missing string // the hint where there is no such file

	OtherVariables []string // those with the prefix that set no key

	Top    string // a key outside all groups, for messages that need an example
	Dotted string // and one in a group

	Foreign map[Foreign][]string // names from elsewhere, in small letters, without underscores and hyphens
}

// Find returns the key with the dotted name.
func (t Table) Find(name string) (k Key, ok bool) {
	for i := range t.Keys {
		if t.Keys[i].Name == name {
			return t.Keys[i], true
		}
	}
	return Key{}, false
}

// named is Find for names that are known; of others there is an empty key.
func (t Table) named(name string) Key {
	k, _ := t.Find(name)
	return k
}

// names returns the names, within the group, of its keys. The group "" is the file itself.
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

// dependents returns the dotted names of the keys whose default depends on the key.
func (t Table) dependents(name string) []string {
	var names []string
	for _, k := range t.Keys {
		if k.By == name {
			names = append(names, k.Name)
		}
	}
	return names
}

// OptionalGroup returns the group that the key is in, or is, if a file may do without; else "".
func (t Table) OptionalGroup(name string) string {
	outermost, _, _ := strings.Cut(name, ".")
	if k := t.named(outermost); k.Group() && k.Optional {
		return outermost
	}
	return ""
}

// Variables returns the names of all environment variables that set the key: that of its name, and that of its flag.
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
