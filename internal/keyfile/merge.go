package keyfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// sources are the file, the environment and the flags: each beats those before it, and in each the last setting counts.
type sources struct{ file, env, flags []assignment }

// merge puts the sources over each other and over the defaults, and fills the target.
func merge(t Table, s sources, target any) (*Values, error) {
	s.dropSwitchedOff(t)
	s.dropOverruled(t)
	on := s.optionalGroups(t)
	v := viper.New()
	for _, source := range [][]assignment{s.file, s.env} {
		values := map[string]any{}
		for _, set := range source {
			if !t.named(set.key).Group() {
				values[set.key] = set.value
			}
		}
		if err := v.MergeConfigMap(values); err != nil {
			return nil, err // it has no way to fail
		}
	}
	for _, set := range s.flags {
		if !t.named(set.key).Group() {
			v.Set(set.key, set.value)
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
	if err := t.withField(v).UnmarshalExact(target, func(c *mapstructure.DecoderConfig) { c.MatchName = matches }); err != nil {
		panic(fmt.Sprintf("keyfile: the table of keys and its target disagree: %v", err))
	}
	for _, name := range v.AllKeys() {
		r.values[name], r.Origins[name] = v.Get(name), "default"
	}
	for _, set := range s.weakestFirst() {
		r.where[set.key] = set.where
		if group := t.OptionalGroup(set.key); group != "" && r.where[group] == "" {
			r.where[group] = set.where
		}
		if !t.named(set.key).Group() {
			r.Origins[set.key] = set.origin
		}
	}
	if err := r.checkRequired(on); err != nil {
		return nil, err
	}
	return r, nil
}

// withField returns the values of the keys that have a field in the target: of those in no group that is Apart.
func (t Table) withField(v *viper.Viper) *viper.Viper {
	rest := viper.New()
	for _, name := range v.AllKeys() {
		outermost, _, _ := strings.Cut(name, ".")
		if !t.named(outermost).Apart {
			rest.Set(name, v.Get(name))
		}
	}
	return rest
}

// matches reports whether a field of the target is that of a key: EMAMomentum is that of ema_momentum.
func matches(key, field string) bool {
	return strings.EqualFold(strings.ReplaceAll(key, "_", ""), field)
}

// dropSwitchedOff drops what was said of an optional group before a source switches it off.
func (s *sources) dropSwitchedOff(t Table) {
	off := map[string]bool{} // the groups that a stronger setting has switched off
	for _, source := range []*[]assignment{&s.flags, &s.env, &s.file} {
		var kept []assignment
		for _, set := range slices.Backward(*source) {
			group := t.OptionalGroup(set.key)
			if group == set.key && set.value == false {
				off[group] = true
			}
			if !off[group] {
				kept = append(kept, set)
			}
		}
		slices.Reverse(kept)
		*source = kept
	}
}

// optionalGroups returns the optional groups that a source gives, or a key of which.
func (s sources) optionalGroups(t Table) map[string]bool {
	on := map[string]bool{}
	for _, set := range s.weakestFirst() {
		if group := t.OptionalGroup(set.key); group != "" {
			on[group] = true
		}
	}
	return on
}

// parseDefault reads a default of the table. That they are all valid is tested.
func parseDefault(key Key, text string) any {
	s, err := parseText(key, text, "default")
	if err != nil {
		panic(fmt.Sprintf("keyfile: default of %s: %v", key.Name, err))
	}
	return s.value
}

// weakestFirst returns all settings, each after those that it beats.
func (s sources) weakestFirst() []assignment { return slices.Concat(s.file, s.env, s.flags) }

// dropOverruled drops settings that were meant for something else. Where a source gives server.scheme another value
// than the sources below it, the port that those say was meant for their scheme; the new one starts from its own
// default. So it is with every key that others depend on (Key.By).
func (s *sources) dropOverruled(t Table) {
	for _, key := range t.Keys {
		dependents := t.dependents(key.Name)
		if len(dependents) == 0 {
			continue
		}
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

// last returns the value that a source gives to the key.
func last(source []assignment, key string) (any, bool) {
	for _, set := range slices.Backward(source) {
		if set.key == key {
			return set.value, true
		}
	}
	return nil, false
}

// checkVariants refuses settings of keys that do not exist beside the others: server.certificate for http.
func (s sources) checkVariants(t Table, v *viper.Viper) error {
	var found []error
	for _, set := range s.weakestFirst() {
		key := t.named(set.key)
		by := v.GetString(key.By)
		if _, ok := key.DefaultWhen(by); ok {
			continue
		}
		var having []string
		for _, variant := range key.Variants {
			having = append(having, variant.Of)
		}
		found = append(found, faultAt(set.where, key.Name, "there is no such key where %s is %s", key.By, by).
			WithHint("take it out, or choose %s", OneOf(having)))
	}
	return errors.Join(found...)
}
