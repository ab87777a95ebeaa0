package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"dnn/internal/keyfile"
	"dnn/internal/nn"
	"dnn/internal/setting"
)

// thing is one of several that a group of keys chooses from by name, with the settings of a new one.
type thing struct {
	name     string
	settings []setting.Setting
}

// keysOf returns the keys of a group whose key "name" says which of the things it is: the settings of each, once. A
// setting that some do not have, or that they start with another value, depends on the name. What things say of a
// setting of the same name may differ, and is then joined; what it can be may not.
func keysOf(group string, things []thing) []Key {
	keys := make([]Key, 0, 32)
	by := group + ".name"
	find := func(s setting.Setting) int {
		return slices.IndexFunc(keys, func(k Key) bool { return k.Name[len(group)+1:] == s.Name })
	}
	for _, t := range things {
		// A new key is put behind those that the thing has before it, or last, if it has none that follow.
		after := 0
		for i, s := range t.settings {
			at := find(s)
			if at < 0 {
				at = after
				if !slices.ContainsFunc(t.settings[i:], func(s setting.Setting) bool { return find(s) >= 0 }) {
					at = len(keys)
				}
				keys = slices.Insert(keys, at, keyOf(group, s))
			} else if kind := kindOf(s); !sameKind(kind, keys[at].Kind) {
				panic(fmt.Sprintf("config: %s is %s, and for %s %s",
					keys[at].Name, keys[at].Kind.Want(), t.name, kind.Want()))
			}
			keys[at].Doc, keys[at].Advice = also(keys[at].Doc, t.name, s.Doc), also(keys[at].Advice, t.name, s.Advice)
			after = at + 1
			if s.Needs == "" {
				keys[at].Variants = append(keys[at].Variants, keyfile.Variant{Of: t.name, Default: s.Text()})
			}
		}
	}
	for i, k := range keys {
		switch {
		case k.By != "": // it depends on another setting
		case len(k.Variants) == len(things) && !slices.ContainsFunc(k.Variants, func(v keyfile.Variant) bool { return v.Default != k.Default }):
			keys[i].Variants = nil
		default:
			keys[i].By, keys[i].Default = by, ""
		}
	}
	return keys
}

// sameKind reports whether two kinds are the same, without reflection where == can tell.
func sameKind(a, b keyfile.Kind) bool {
	if _, list := a.(keyfile.Choice); !list && reflect.TypeOf(a).Comparable() {
		return a == b
	}
	return reflect.DeepEqual(a, b)
}

// also returns what is said of a setting together with what the thing called name says of it, if that is something
// else.
func also(text, name, other string) string {
	other = strings.TrimSuffix(other, ".")
	rest, same := strings.CutPrefix(text, other)
	if other == "" || same && (rest == "." || strings.HasPrefix(rest, "; ")) {
		return text
	}
	return strings.TrimSuffix(text, ".") + "; " + name + ": " + strings.ToLower(other[:1]) + other[1:] + "."
}

// keyOf returns the key that a setting is in a group; "" is the file itself.
func keyOf(group string, s setting.Setting) Key {
	name := strings.TrimPrefix(group+"."+s.Name, ".")
	k := Key{Name: name, Doc: s.Doc, Advice: s.Advice, Example: s.Example, Kind: kindOf(s)}
	switch {
	case s.Required:
		k.Required = true
	case s.Optional:
		k.Optional = true
	case s.Needs != "":
		k.By, k.Variants = group+"."+s.Needs, variants("true", s.Text())
	default:
		k.Default = s.Text()
	}
	return k
}

// kindOf returns what the value of a setting may be in a file.
func kindOf(s setting.Setting) keyfile.Kind {
	switch s.Value.(type) {
	case *float64:
		return numberOf(s.Bounds)
	case *int:
		return keyfile.Whole{Min: uint64(s.Bounds.Min), Max: uint64(s.Bounds.Max)}
	case *bool:
		return keyfile.Boolean{}
	case *nn.Initializer:
		return initializer(s.Choices)
	}
	if len(s.Choices) > 0 {
		return choice(s.Choices...)
	}
	return keyfile.Path{Folder: s.Folder}
}

// numberOf returns the kind of the numbers within bounds.
func numberOf(b setting.Bounds) keyfile.Number {
	return keyfile.Number{Min: b.Min, Max: b.Max, MinOpen: b.MinOpen, MaxOpen: b.MaxOpen}
}
