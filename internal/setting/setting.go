// Package setting describes the settings of optimizers, schedules, callbacks and distortions. Each of these lists its
// settings in its own file, next to the code that uses them: name, bounds, documentation, and a pointer to the field
// with the value. Package config turns the lists into keys of an experiment file.
//
// The package reads and writes no files; package keyfile does.
package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// Setting is one setting. Value may also point to a type of the setting's own package, such as *nn.Initializer; code
// that knows the type then reads and checks it.
type Setting struct {
	Name    string   // as in Keras and in an experiment file: beta_1
	Value   any      // a pointer to the field: *float64, *int, *bool or *string; it points to the default at first
	Bounds  Bounds   // of a *float64 or *int
	Choices []string // the values that a *string can have; empty: any name of a file
	Folder  bool     // a *string without Choices is the name of a folder, not of a file
	Wanted  string   // what a *string without Choices is, if it is neither: "the name of an experiment"
	Needs   string   // the name of a *bool setting that must be true for this one to have an effect; empty: none

	Required bool // there is no default
	Optional bool // a *string that may be left out, and is then empty

	Doc     string // what it is, in one sentence
	Advice  string // when to use it, and good values; no capital at the beginning, but a full stop at the end
	Example string // a value other than the default, as it is written in a file
}

// Bounds are the range of a number: from Min to Max, both included unless they are open.
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

// Contain reports whether v is within the bounds. NaN never is.
func (b Bounds) Contain(v float64) bool {
	above := v > b.Min || v == b.Min && !b.MinOpen
	return above && (v < b.Max || v == b.Max && !b.MaxOpen)
}

// String describes the bounds: "from 0 to 1", "above 0 and at most 1".
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

// readable formats a bound as a person would: 1000000, 0.25, 1e-30.
func readable(v float64) string {
	if v != 0 && v < 1e-6 && v > -1e-6 {
		return fmt.Sprint(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Text returns the value as a person would write it in a file: 1e-7, not 1e-07.
func (s Setting) Text() string {
	switch v := s.Value.(type) {
	case *float64:
		return strings.Replace(strconv.FormatFloat(*v, 'g', -1, 64), "e-0", "e-", 1)
	case *int:
		return strconv.Itoa(*v)
	case *bool:
		return strconv.FormatBool(*v)
	case *string:
		return *v
	}
	panic(s.wrongType())
}

// Set assigns a value to the field. value must be a float64, bool or string, like the field, or a uint64 for an *int.
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

// Fill assigns the values, which are given by name. Settings without one keep theirs.
func Fill(settings []Setting, values map[string]any) {
	for _, s := range settings {
		if v, ok := values[s.Name]; ok {
			s.Set(v)
		}
	}
}

// Check returns an error about the first setting whose number is out of its bounds. It does not check Choices.
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

// Checker is a thing whose settings can contradict each other though each is within its bounds.
type Checker interface {
	// Check returns what is wrong with the settings together, or nil.
	Check() *Error
}

// Contradiction returns what is wrong with the settings of a thing together, or nil, as for anything but a Checker.
func Contradiction(thing any) *Error {
	if c, ok := thing.(Checker); ok {
		return c.Check()
	}
	return nil
}

// Error is the error of a setting that does not fit the other settings.
type Error struct {
	Setting string // its name
	What    string // "wanted …, found …"
	Hint    string // what to do; may be empty
}

// Error returns "setting: what".
func (m *Error) Error() string { return m.Setting + ": " + m.What }
