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

// thing is a choice in a group of keys, such as one of the optimizers, with its name and settings.
type thing struct {
	name     string
	settings []setting.Setting
}

// keysOf returns the keys of a group in which the key "name" chooses one of things. A setting of several things is one
// key. The key depends on the name unless all things have it with the same default. Its texts are joined if they
// differ; its kind must be the same for all.
func keysOf(group string, things []thing) []Key {
	var keys []*Key // pointers, which a new key among them moves quickly
	by := group + ".name"
	find := func(name string) int {
		return slices.IndexFunc(keys, func(k *Key) bool { return k.Name[len(group)+1:] == name })
	}
	for _, t := range things {
		// A new key goes behind the keys that precede it in this thing; or last, if the thing shares none of those that
		// follow.
		after := 0
		for i, s := range t.settings {
			at := find(s.Name)
			if at < 0 {
				at = after
				if !slices.ContainsFunc(t.settings[i:], func(s setting.Setting) bool { return find(s.Name) >= 0 }) {
					at = len(keys)
				}
				k := keyOf(group, s)
				keys = slices.Insert(keys, at, &k)
			} else if kind := kindOf(s); !reflect.DeepEqual(kind, keys[at].Kind) {
				panic(fmt.Sprintf("config: %s: wanted %s for all, found %s for %s",
					keys[at].Name, keys[at].Kind.Want(), kind.Want(), t.name))
			}
			k := keys[at]
			k.Doc = joinText(k.Doc, t.name, s.Doc)
			k.Advice = joinText(k.Advice, t.name, s.Advice)
			if s.Needs == "" {
				k.Variants = append(k.Variants, keyfile.Variant{Of: t.name, Default: s.Text()})
			}
			after = at + 1
		}
	}
	all := make([]Key, len(keys))
	for i, k := range keys {
		switch {
		case k.By != "": // it depends on another setting
		case len(k.Variants) == len(things) && !slices.ContainsFunc(k.Variants, func(v keyfile.Variant) bool {
			return v.Default != k.Default
		}):
			k.Variants = nil
		default:
			k.By, k.Default = by, ""
		}
		all[i] = *k
	}
	return all
}

// joinText adds to text, which is said of a setting, what the thing called name says of it, unless that is the same.
func joinText(text, name, other string) string {
	other = strings.TrimSuffix(other, ".")
	rest, same := strings.CutPrefix(text, other)
	if other == "" || same && (rest == "." || strings.HasPrefix(rest, "; ")) {
		return text
	}
	return strings.TrimSuffix(text, ".") + "; " + name + ": " + strings.ToLower(other[:1]) + other[1:] + "."
}

// keyOf returns the key of a setting in a group; "" is the top level of the file.
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

// kindOf returns the kind of a setting's value.
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
	if s.Wanted != "" {
		return label{s.Wanted}
	}
	return keyfile.Path{Folder: s.Folder}
}

// numberOf returns the kind of the numbers within bounds.
func numberOf(b setting.Bounds) keyfile.Number {
	return keyfile.Number{Min: b.Min, Max: b.Max, MinOpen: b.MinOpen, MaxOpen: b.MaxOpen}
}
