package keyfile

import "strings"

// Key is one entry of a Table. Everything about the key follows from it.
type Key struct {
	Name     string    // dotted if it is in a group: server.port
	Doc      string    // what it is: one sentence, with a capital letter and a full stop
	Advice   string    // when to use it, and a good value; empty for a group. A small letter and a full stop
	Default  string    // as written in a file; empty for a group, a key without default, or one with Variants
	By       string    // the key that decides which default this key has, and whether it exists at all
	Variants []Variant // the default for each value of By with which the key exists
	Optional bool      // a group that is off, or a key without value, unless a source gives it
	Required bool      // a key without default that its group needs
	Example  string    // another value, as written in a file
	Main     string    // of a group, the key that the group is about, if that is not its first
	More     []string  // more examples
	Flag     string    // its own flag on the command line, if it has one
	Kind     Kind      // what its value may be; nil for a group, whose keys follow it
	NoField  bool      // a key or group at the top without a field in the target; see Values.Group
}

// Variant is the default of a key for one value of another key, Key.By.
type Variant struct {
	Of      string // the value of the other key
	Default string
}

// Wants says what a value of the key may be, such as "a whole number from 1 to 10". It is empty for a group.
func (k Key) Wants() string {
	if k.Kind == nil {
		return ""
	}
	return k.Kind.Want()
}

// Group reports whether the key only holds others, such as server.
func (k Key) Group() bool { return k.Kind == nil }

// Switch reports whether the key is true or false, so that its flag needs no value.
func (k Key) Switch() bool {
	_, ok := k.Kind.(Boolean)
	return ok
}

// Parent returns the dotted name of the group that the key is in, and the key's name within the group.
func (k Key) Parent() (group, leaf string) {
	if i := strings.LastIndexByte(k.Name, '.'); i >= 0 {
		return k.Name[:i], k.Name[i+1:]
	}
	return "", k.Name
}

// DefaultWhen returns the default where Key.By has the value by, and whether the key exists there.
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
