// Package setting describes what a thing can be told: an optimizer, a schedule, a callback, a distortion. A thing lists
// its settings in its own file, beside the formula that uses them, each with its name, its range, a line of
// documentation and a pointer to the field that holds it. Package config makes keys of an experiment file of the lists.
//
// The package knows no files and no spelling: package keyfile reads and writes values.
package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// Setting is one setting of a thing. Its value may also be a type of the thing's package, such as *nn.Initializer; it is
// then read and checked by those who know that type.
type Setting struct {
	Name    string   // as Keras and an experiment file spell it: beta_1
	Value   any      // a pointer to the field: *float64, *int, *bool or *string; what it holds in a new thing is the default
	Bounds  Bounds   // of a *float64 and an *int
	Choices []string // of a *string; empty: the name of a file
	Folder  bool     // of a *string without choices: it is the name of a folder
	Beside  string   // the setting, a *bool, without which this one has no meaning; empty: it always has one

	Required bool // there is no default
	Optional bool // a *string that may be left out, and is then empty

	Doc     string // what it is: one sentence
	Advice  string // when to use it, and a good value: a small letter first, then a full stop
	Example string // another value than the default, as it is written in a file
}

// Bounds are the numbers that a setting can be: from Min to Max, which belong to it unless they are open.
type Bounds struct {
	Min, Max         float64
	MinOpen, MaxOpen bool
}

// From returns the bounds from low to high, both included.
func From(low, high float64) Bounds { return Bounds{Min: low, Max: high} }

// Above returns the bounds from low, which is not included, to high, which is.
func Above(low, high float64) Bounds { return Bounds{Min: low, Max: high, MinOpen: true} }

// Below returns the bounds from low, which is included, to high, which is not.
func Below(low, high float64) Bounds { return Bounds{Min: low, Max: high, MaxOpen: true} }

// Between returns the bounds from low to high, neither included.
func Between(low, high float64) Bounds {
	return Bounds{Min: low, Max: high, MinOpen: true, MaxOpen: true}
}

// Contain reports whether v is within the bounds. NaN is not.
func (b Bounds) Contain(v float64) bool {
	above := v > b.Min || v == b.Min && !b.MinOpen
	return above && (v < b.Max || v == b.Max && !b.MaxOpen)
}

// String says which numbers those are: "from 0 to 1", "above 0 and at most 1".
func (b Bounds) String() string {
	low, high := "from %s", " to %s"
	switch {
	case b.MinOpen && b.MaxOpen:
		low, high = "above %s", " and below %s"
	case b.MinOpen:
		low, high = "above %s", " and at most %s"
	case b.MaxOpen:
		low, high = "of at least %s", " and below %s"
	}
	return fmt.Sprintf(low+high, readable(b.Min), readable(b.Max))
}

// readable writes a bound as a person would: 1000000, 0.25, 1e-30.
func readable(v float64) string {
	if v != 0 && v < 1e-6 && v > -1e-6 {
		return fmt.Sprint(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Text returns the value as a person writes it in a file: 1e-7, not 1e-07.
func (s Setting) Text() string {
	switch v := s.Value.(type) {
	case *float64:
		return strings.Replace(fmt.Sprint(*v), "e-0", "e-", 1)
	case *int:
		return fmt.Sprint(*v)
	case *bool:
		return fmt.Sprint(*v)
	case *string:
		return *v
	}
	panic(s.wrongType())
}

// Set gives the setting a value: a float64, a bool or a string, as its field is, or for an *int a uint64.
func (s Setting) Set(value any) {
	switch v := s.Value.(type) {
	case *float64:
		*v = value.(float64)
	case *int:
		*v = int(value.(uint64))
	case *bool:
		*v = value.(bool)
	case *string:
		*v = value.(string)
	default:
		panic(s.wrongType())
	}
}

// Fill sets those of the settings that have a value, by their names.
func Fill(settings []Setting, values map[string]any) {
	for _, s := range settings {
		if v, ok := values[s.Name]; ok {
			s.Set(v)
		}
	}
}

// Check returns an error that names the first setting whose number is out of its bounds.
func Check(settings []Setting) error {
	for _, s := range settings {
		var found float64
		what := "number"
		switch v := s.Value.(type) {
		case *float64:
			found = *v
		case *int:
			found, what = float64(*v), "whole number"
		default:
			continue
		}
		if !s.Bounds.Contain(found) {
			return fmt.Errorf("%s: wanted a %s %s, found %v", s.Name, what, s.Bounds, found)
		}
	}
	return nil
}

func (s Setting) wrongType() string {
	return fmt.Sprintf("setting %s: wanted a *float64, *int, *bool or *string, found %T", s.Name, s.Value)
}

// Error is what is wrong with a setting beside the others.
type Error struct {
	Setting string // its name
	What    string // "wanted …, found …"
	Hint    string // what to do; may be empty
}

// Error names the setting.
func (m *Error) Error() string { return m.Setting + ": " + m.What }
