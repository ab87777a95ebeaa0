package keyfile

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// Values are the result of a load: the values of all keys that apply, and where each came from.
type Values struct {
	// Origins says where the value of each dotted key came from: "default", "site.yaml:7", "SITE_PORT", "--port".
	Origins map[string]string
	// Notes are lines that the user may want to see, such as one about a variable that nothing reads.
	Notes []string

	table  Table
	values map[string]any    // by dotted key, each of the type that its kind has
	where  map[string]string // Origins with columns, for errors; a default has none
}

// Given reports whether a source gives the key; for an optional group, whether one gives any key of it.
func (v *Values) Given(name string) bool { return v.where[name] != "" }

// Group returns the values of a group's keys, by their names within the group, and whether the group is on. A group
// that is NoField is filled from it.
func (v *Values) Group(name string) (values map[string]any, on bool) {
	values = map[string]any{}
	for key, value := range v.values {
		if group, leaf := (Key{Name: key}).Parent(); group == name {
			values[leaf] = value
		}
	}
	return values, len(values) > 0 || !v.table.named(name).Optional || v.Given(name)
}

// Without returns a copy of v that lacks the named keys and groups of the top level.
func (v *Values) Without(names ...string) *Values {
	reduced := *v
	reduced.values = maps.Clone(v.values)
	maps.DeleteFunc(reduced.values, func(name string, _ any) bool {
		outermost, _, _ := strings.Cut(name, ".")
		return slices.Contains(names, outermost)
	})
	return &reduced
}

// checkRequired refuses a group that lacks a required key.
func (v *Values) checkRequired(on map[string]bool) error {
	var found []error
	for _, key := range v.table.Keys {
		group := v.table.OptionalGroup(key.Name)
		if _, given := v.values[key.Name]; !key.Required || !on[group] || given {
			continue
		}
		_, leaf := key.Parent()
		found = append(found, v.Fault(group, "wanted %s, %s, found none", leaf, key.Wants()).
			WithHint("for example %s: {%s: %s}", group, leaf, key.Example))
	}
	return errors.Join(found...)
}

// Fault returns an error about the value of a key. It names the place where the value came from; for a default, that of
// the group that the key is in.
func (v *Values) Fault(key, format string, args ...any) *fault.Error {
	where := v.where[key]
	for group, _ := (Key{Name: key}).Parent(); where == "" && group != ""; group, _ = (Key{Name: group}).Parent() {
		where = v.where[group]
	}
	return faultAt(where, key, format, args...)
}

// faultAt returns an error about the value of a key that came from where; "" for a default.
func faultAt(where, key, format string, args ...any) *fault.Error {
	switch {
	case where == "":
		where = key
	case !strings.HasSuffix(where, key): // as after --set, which names the key itself
		format = key + ": " + format
	}
	return fault.New(fault.Config, where, format, args...)
}
