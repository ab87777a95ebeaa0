package keyfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// sources are the values of the file, the environment and the flags. A source beats those before it; within a source,
// the last value of a key counts.
type sources struct{ file, env, flags []assignment }

// merge combines the sources and the defaults, and fills the target.
func merge(t Table, s sources, target any) (*Values, error) {
	s.dropSwitchedOff(t)
	s.dropOverruled(t)
	on := s.optionalGroups(t)
	v := viper.New()
	for _, source := range [][]assignment{s.file, s.env} {
		values := map[string]any{}
		for _, a := range source {
			if !t.named(a.key).Group() {
				values[a.key] = a.value
			}
		}
		if err := v.MergeConfigMap(values); err != nil {
			return nil, err // viper has no way to fail here
		}
	}
	for _, a := range s.flags {
		if !t.named(a.key).Group() {
			v.Set(a.key, a.value)
		}
	}
	for _, key := range t.Keys { // a default may depend on a key before it
		if group := t.OptionalGroup(key.Name); key.Group() || group != "" && !on[group] {
			continue
		}
		if text, ok := key.DefaultWhen(v.GetString(key.By)); ok && text != "" {
			v.SetDefault(key.Name, parseDefault(key, text))
		}
	}
	if err := s.checkVariants(t, v); err != nil {
		return nil, err
	}

	r := &Values{table: t, Origins: map[string]string{}, values: map[string]any{}, where: map[string]string{}}
	if err := t.fill(target, v.AllSettings()); err != nil {
		panic(fmt.Sprintf("keyfile: the table of keys and its target disagree: %v", err))
	}
	for _, name := range v.AllKeys() {
		r.values[name], r.Origins[name] = v.Get(name), "default"
	}
	for _, a := range s.weakestFirst() {
		r.where[a.key] = a.where
		if group := t.OptionalGroup(a.key); group != "" && r.where[group] == "" {
			r.where[group] = a.where
		}
		if !t.named(a.key).Group() {
			r.Origins[a.key] = a.origin
		}
	}
	if err := r.checkRequired(on); err != nil {
		return nil, err
	}
	return r, nil
}

// fill sets the fields of the target to the values, but for those of groups that have no field.
func (t Table) fill(target any, values map[string]any) error {
	for name := range values {
		if t.named(name).NoField {
			delete(values, name)
		}
	}
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: target, ErrorUnused: true, MatchName: matches,
	})
	if err != nil {
		return err
	}
	return decoder.Decode(values)
}

// matches reports whether a field of the target belongs to a key: EMAMomentum belongs to ema_momentum.
func matches(key, field string) bool {
	return strings.EqualFold(strings.ReplaceAll(key, "_", ""), field)
}

// dropSwitchedOff drops the values of an optional group that a stronger source switches off.
func (s *sources) dropSwitchedOff(t Table) {
	off := map[string]bool{} // groups that a stronger value has switched off
	for _, source := range []*[]assignment{&s.flags, &s.env, &s.file} {
		var kept []assignment
		for _, a := range slices.Backward(*source) {
			group := t.OptionalGroup(a.key)
			if group == a.key && a.value == false {
				off[group] = true
			}
			if !off[group] {
				kept = append(kept, a)
			}
		}
		slices.Reverse(kept)
		*source = kept
	}
}

// optionalGroups returns the optional groups that are on: a source gives the group or one of its keys.
func (s sources) optionalGroups(t Table) map[string]bool {
	on := map[string]bool{}
	for _, a := range s.weakestFirst() {
		if group := t.OptionalGroup(a.key); group != "" {
			on[group] = true
		}
	}
	return on
}

// parseDefault reads a default of the table. A test ensures that all defaults are valid.
func parseDefault(key Key, text string) any {
	s, err := parseText(key, text, "default")
	if err != nil {
		panic(fmt.Sprintf("keyfile: default of %s: %v", key.Name, err))
	}
	return s.value
}

// weakestFirst returns all values, each after those that it beats.
func (s sources) weakestFirst() []assignment { return slices.Concat(s.file, s.env, s.flags) }

// dropOverruled drops values that were meant for another value of the key that they depend on (Key.By). For example, a
// flag sets server.scheme to something else than the file does. Then the port in the file was meant for the file's
// scheme, and is dropped: the new scheme starts from its own default port.
func (s *sources) dropOverruled(t Table) {
	decides := map[string]bool{} // the keys on which others depend
	for _, key := range t.Keys {
		decides[key.By] = true
	}
	for _, key := range t.Keys {
		if !decides[key.Name] {
			continue
		}
		dependents := t.dependents(key.Name)
		isDependent := func(s assignment) bool { return slices.Contains(dependents, s.key) }
		var before any
		if key.Default != "" {
			before = parseDefault(key, key.Default)
		}
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

// last returns the value that counts of those that a source gives to the key.
func last(source []assignment, key string) (any, bool) {
	for _, a := range slices.Backward(source) {
		if a.key == key {
			return a.value, true
		}
	}
	return nil, false
}

// checkVariants refuses values of keys that do not exist with the other values: server.certificate with http.
func (s sources) checkVariants(t Table, v *viper.Viper) error {
	var found []error
	for _, a := range s.weakestFirst() {
		key := t.named(a.key)
		by := v.GetString(key.By)
		if _, ok := key.DefaultWhen(by); ok {
			continue
		}
		var having []string
		for _, variant := range key.Variants {
			having = append(having, variant.Of)
		}
		found = append(found, faultAt(a.where, key.Name, "there is no such key where %s is %s", key.By, by).
			WithHint("take it out, or choose %s", OneOf(having)))
	}
	return errors.Join(found...)
}
