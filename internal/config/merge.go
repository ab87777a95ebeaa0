package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// sources are the file, the environment and the flags: each beats those before it, and in each the last setting counts.
type sources struct{ file, env, flags []setting }

// merge puts the sources over each other and over the defaults.
func merge(t table, s sources) (*Resolved, error) {
	s.dropOverruled(t)
	v := viper.New()
	for _, source := range [][]setting{s.file, s.env} {
		values := map[string]any{}
		for _, set := range source {
			values[set.key] = set.value
		}
		if err := v.MergeConfigMap(values); err != nil {
			return nil, err // it has no way to fail
		}
	}
	for _, set := range s.flags {
		v.Set(set.key, set.value)
	}
	for _, key := range t.keys { // a default may depend on a key before it
		if text, ok := key.defaultWhen(v.GetString(key.By)); ok && !key.Group() {
			v.SetDefault(key.Name, parseDefault(key, text))
		}
	}
	if err := s.checkVariants(t, v); err != nil {
		return nil, err
	}

	r := &Resolved{Origins: map[string]string{}, values: map[string]any{}, where: map[string]string{}}
	if err := v.UnmarshalExact(&r.Config); err != nil {
		panic(fmt.Sprintf("config: the table of keys and Config disagree: %v", err))
	}
	for _, name := range v.AllKeys() {
		r.values[name], r.Origins[name] = v.Get(name), "default"
	}
	for _, set := range s.weakestFirst() {
		r.Origins[set.key], r.where[set.key] = set.origin, set.where
	}
	return r, nil
}

// parseDefault reads a default of the table. That they are all valid is tested.
func parseDefault(key Key, text string) any {
	s, err := parseText(key, text, "default")
	if err != nil {
		panic(fmt.Sprintf("config: default of %s: %v", key.Name, err))
	}
	return s.value
}

// weakestFirst returns all settings, each after those that it beats.
func (s sources) weakestFirst() []setting { return slices.Concat(s.file, s.env, s.flags) }

// dropOverruled drops settings that were meant for something else. Where a source names another optimizer than the
// sources below it, what those say of the learning rate was about their optimizer; the new one starts from its own
// defaults. So it is with every key that others depend on (Key.By).
func (s *sources) dropOverruled(t table) {
	for _, key := range t.keys {
		dependents := t.dependents(key.Name)
		if len(dependents) == 0 {
			continue
		}
		isDependent := func(s setting) bool { return slices.Contains(dependents, s.key) }
		before := any(key.Default)
		if named, ok := last(s.file, key.Name); ok {
			before = named
		}
		if named, ok := last(s.env, key.Name); ok && named != before {
			s.file = slices.DeleteFunc(s.file, isDependent)
			before = named
		}
		if named, ok := last(s.flags, key.Name); ok && named != before {
			s.file = slices.DeleteFunc(s.file, isDependent)
			s.env = slices.DeleteFunc(s.env, isDependent)
		}
	}
}

// last returns the value that a source gives to the key.
func last(source []setting, key string) (any, bool) {
	for _, set := range slices.Backward(source) {
		if set.key == key {
			return set.value, true
		}
	}
	return nil, false
}

// checkVariants refuses the first setting of a key that does not exist beside the others: beta_1 for sgd.
func (s sources) checkVariants(t table, v *viper.Viper) error {
	for _, set := range s.weakestFirst() {
		key := t.byName[set.key]
		by := v.GetString(key.By)
		if _, ok := key.defaultWhen(by); ok {
			continue
		}
		var having []string
		for _, variant := range key.Variants {
			having = append(having, variant.Of)
		}
		return faultAt(set.where, key.Name, "there is no such key where %s is %s", key.By, by).
			WithHint("take it out, or choose %s", strings.Join(having, " or "))
	}
	return nil
}
