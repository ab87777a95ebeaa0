package keyfile

import "strings"

// Key is one entry of a Table, from which everything about the key follows. What a load fills has a field of its name.
type Key struct {
	Name     string    // dotted, if it is in a group: server.port
	Doc      string    // what it is: one sentence, as in a comment: capital letter, full stop
	Advice   string    // when to use it and a good value, for a key that is no group: small letter, full stop
	Default  string    // as it is written in a file; empty: none, or it depends on another key (Variants), or a group
	By       string    // the key on whose value the default, and whether this key exists at all, depends
	Variants []Variant // the default for each value of By that has this key
	Optional bool      // a group that is off, or a key that has no value, unless a source gives it
	Required bool      // a key without default that its group cannot do without
	Example  string    // another value, as it is written in a file
	Main     string    // of a group, the key that it is about, where that is not its first
	More     []string  // more examples
	Flag     string    // the flag of its own on the command line, if any
	Kind     Kind      // what its value may be; nil for a group, whose keys follow it
	Apart    bool      // a key or group at the top without a field in the target: its values are taken from Values.Group
}

// Variant is the default of a key for one value of the key that it depends on.
type Variant struct {
	Of      string
	Default string
}

// Wants returns what a value of the key may be: "a whole number from 1 to 10". It is empty for a group.
func (k Key) Wants() string {
	if k.Kind == nil {
		return ""
	}
	return k.Kind.Want()
}

// Group reports whether the key only holds others, such as server.
func (k Key) Group() bool { return k.Kind == nil }

// Switch reports whether the key says yes or no, so that its flag alone says yes.
func (k Key) Switch() bool {
	_, ok := k.Kind.(Boolean)
	return ok
}

// Parent returns the dotted name of the group that the key is in, and its name there.
func (k Key) Parent() (group, leaf string) {
	if i := strings.LastIndexByte(k.Name, '.'); i >= 0 {
		return k.Name[:i], k.Name[i+1:]
	}
	return "", k.Name
}

// DefaultWhen returns the text of the default where the key that it depends on has the value by, and whether the key
// exists there.
func (k Key) DefaultWhen(by string) (string, bool) {
	if k.By == "" {
		return k.Default, true
	}
	for _, v := range k.Variants {
		if v.Of == by {
			return v.Default, true
		}
	}
	return "", false
}
