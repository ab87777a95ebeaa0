package config

import (
	"slices"

	"dnn/internal/keyfile"
	"dnn/internal/setting"
)

// thing is one of several that a group of keys chooses from by name, with the settings of a new one.
type thing struct {
	name     string
	settings []setting.Setting
}

// keysOf returns the keys of a group whose key "name" says which of the things it is: the settings of each, once. A
// setting that some do not have, or that they start with another value, depends on the name.
func keysOf(group string, things []thing) []Key {
	var keys []Key
	by := group + ".name"
	for _, t := range things {
		after := 0 // where the next new key is put: behind the settings that the thing has before it
		for _, s := range t.settings {
			at := slices.IndexFunc(keys, func(k Key) bool { return k.Name == group+"."+s.Name })
			if at < 0 {
				at = after
				keys = slices.Insert(keys, at, keyOf(group, s))
			}
			after = at + 1
			if s.Beside == "" {
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

// keyOf returns the key that a setting is in a group.
func keyOf(group string, s setting.Setting) Key {
	k := Key{Name: group + "." + s.Name, Doc: s.Doc, Advice: s.Advice, Example: s.Example, Kind: kindOf(s)}
	switch {
	case s.Required:
		k.Required = true
	case s.Optional:
		k.Optional = true
	case s.Beside != "":
		k.By, k.Variants = group+"."+s.Beside, variants("true", s.Text())
	default:
		k.Default = s.Text()
	}
	return k
}

// kindOf returns what the value of a setting may be in a file.
func kindOf(s setting.Setting) keyfile.Kind {
	b := s.Bounds
	switch s.Value.(type) {
	case *float64:
		return keyfile.Number{Min: b.Min, Max: b.Max, MinOpen: b.MinOpen, MaxOpen: b.MaxOpen}
	case *int:
		return keyfile.Whole{Min: uint64(b.Min), Max: uint64(b.Max)}
	case *bool:
		return keyfile.Boolean{}
	}
	if len(s.Choices) > 0 {
		return choice(s.Choices...)
	}
	return keyfile.Path{}
}
