package keyfile

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// Values are what a load has found: all values, of the file, the environment, the flags and the defaults, and where
// each came from.
type Values struct {
	// Origins says for each dotted key that applies where its value came from: "default", "site.yaml:7", "SITE_PORT",
	// "--port".
	Origins map[string]string
	// Notes are what the user may want to know, a line each: a variable that nothing reads.
	Notes []string

	table  Table
	values map[string]any    // by dotted key, of the types of their kinds
	where  map[string]string // Origins with columns, as errors name them
}

// Given reports whether a source gives the key, or of an optional group any key.
func (v *Values) Given(name string) bool { return v.where[name] != "" }

// Group returns the values of the keys in a group, by their names there, and whether the group is on. It is what fills the
// things of a group that is Apart.
func (v *Values) Group(name string) (values map[string]any, on bool) {
	values = map[string]any{}
	for key, value := range v.values {
		if group, leaf := (Key{Name: key}).Parent(); group == name {
			values[leaf] = value
		}
	}
	return values, len(values) > 0 || !v.table.named(name).Optional || v.Given(name)
}

// Without returns the values without those of the keys and groups that are named.
func (v *Values) Without(names ...string) *Values {
	reduced := *v
	reduced.values = maps.Clone(v.values)
	maps.DeleteFunc(reduced.values, func(name string, _ any) bool {
		outermost, _, _ := strings.Cut(name, ".")
		return slices.Contains(names, outermost)
	})
	return &reduced
}

// checkRequired refuses a group that lacks a key for which there is no default.
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

// Fault returns an error about the value of a key, named by where the value came from: for a default, by where the
// group that it is in came from.
func (v *Values) Fault(key, format string, args ...any) *fault.Error {
	where := v.where[key]
	for group, _ := (Key{Name: key}).Parent(); where == "" && group != ""; group, _ = (Key{Name: group}).Parent() {
		where = v.where[group]
	}
	return faultAt(where, key, format, args...)
}

// faultAt returns an error about the value of a key, given where the value came from. A default came from nowhere.
func faultAt(where, key, format string, args ...any) *fault.Error {
	switch {
	case where == "":
		where = key
	case !strings.HasSuffix(where, key): // it ends so after --set
		format = key + ": " + format
	}
	return fault.New(fault.Config, where, format, args...)
}
