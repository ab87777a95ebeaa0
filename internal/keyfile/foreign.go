package keyfile

import (
	"slices"
	"strings"
)

// Foreign is what a name from elsewhere, of another program or library, is here.
type Foreign struct {
	Key   string // the dotted key
	Value string // what to write for it where the value cannot be kept, as in a file
}

// hintIn is the hint for such a name as a key in a group of the file.
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

// foreignKey is the hint for such a name as a key of --set, within a group or not.
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

// foreignName finds what a name from elsewhere is here. Neither case nor underscores count: listenPort, Listen_Port.
func (t Table) foreignName(name string) (Foreign, bool) {
	for f, names := range t.Foreign {
		if slices.Contains(names, plainName(name)) {
			return f, true
		}
	}
	return Foreign{}, false
}

// plainName is a name without case, underscores and hyphens.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// ForeignFlag finds the flag, without its hyphens, that is here what another name is elsewhere.
func (t Table) ForeignFlag(name string) (flag string, ok bool) {
	f, ok := t.foreignName(name)
	if !ok {
		return "", false
	}
	flag = strings.TrimPrefix(t.named(f.Key).Flag, "--")
	return flag, flag != ""
}
