package keyfile

import (
	"slices"
	"strings"
)

// Foreign says what to write here for a name that another program or library uses.
type Foreign struct {
	Key   string // the dotted key
	Value string // the value to write, as in a file; empty: the value that was given
}

// hintIn returns the hint for such a name that stands as a key in a group of the file.
func (f Foreign) hintIn(group string) string {
	outer, leaf := (Key{Name: f.Key}).Parent()
	switch {
	case f.Value != "":
		return "write " + f.Key + ": " + f.Value
	case outer == group:
		return "did you mean " + leaf + "?"
	}
	return place(outer, leaf)
}

// foreignKey returns the hint for such a name as the key of --set, with or without a group before it.
func (t Table) foreignKey(name string) (hint string, ok bool) {
	_, leaf := (Key{Name: name}).Parent()
	f, ok := t.foreignName(leaf)
	switch {
	case !ok:
		return "", false
	case f.Value == "":
		return "did you mean " + f.Key + "?", true
	case !t.named(f.Key).Group():
		return "write --set '" + f.Key + "=" + f.Value + "'", true
	}
	inner, value, _ := strings.Cut(strings.Trim(f.Value, "{}"), ": ")
	return "write --set " + f.Key + "." + inner + "=" + value, true
}

// foreignName looks a name up in Table.Foreign. Case and underscores do not matter: listenPort, Listen_Port.
func (t Table) foreignName(name string) (Foreign, bool) {
	plain := plainName(name)
	for f, names := range t.Foreign {
		if slices.Contains(names, plain) {
			return f, true
		}
	}
	return Foreign{}, false
}

// plainName returns a name in small letters, without underscores and hyphens.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// ForeignFlag returns the flag here, without its hyphens, that corresponds to another program's name.
func (t Table) ForeignFlag(name string) (flag string, ok bool) {
	f, ok := t.foreignName(name)
	if !ok {
		return "", false
	}
	flag = strings.TrimPrefix(t.named(f.Key).Flag, "--")
	return flag, flag != ""
}
