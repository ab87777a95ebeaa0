// Package config reads how Keras describes a model in JSON: as a chain of layers, each with its class, its name and its
// settings, and how it was compiled. It knows no weights, and executes nothing.
package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// object is how Keras writes an object: a layer, a model, a loss, an activation.
type object struct {
	Module         string          `json:"module"`
	ClassName      string          `json:"class_name"`
	Config         json.RawMessage `json:"config"`
	RegisteredName string          `json:"registered_name"`

	// Of a layer in a functional model:
	Name         string          `json:"name"`
	InboundNodes json.RawMessage `json:"inbound_nodes"`

	// Of a model:
	BuildConfig struct {
		InputShape json.RawMessage `json:"input_shape"`
	} `json:"build_config"`
	CompileConfig json.RawMessage `json:"compile_config"`
	KerasVersion  string          `json:"keras_version"` // in to_json() of Keras 2
}

// objects is a list of objects, as long as a model may be.
type objects []object

// UnmarshalJSON parses a list, one object after the other, so that a list of nothing cannot take much memory.
func (o *objects) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if token, err := d.Token(); token != json.Delim('[') {
		return errors.Join(err, errors.New("wanted a list"))
	}
	for d.More() {
		var one object
		if err := d.Decode(&one); err != nil {
			return err
		}
		if *o = append(*o, one); len(*o) > maxLayers {
			return fmt.Errorf("wanted at most %d layers, found more", maxLayers)
		}
	}
	return nil
}

// decode parses a part of a config that must be one, and says what it is of in an error.
func decode(raw json.RawMessage, v any, what string) error {
	err := json.Unmarshal(raw, v)
	if other, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = fmt.Errorf("wanted another kind of value than the %s at byte %d", other.Value, other.Offset)
	}
	if err != nil {
		return fmt.Errorf("config: %s: %w", what, err)
	}
	return nil
}

// parses reports whether raw is there and could be parsed into v.
func parses(raw json.RawMessage, v any) bool { return raw != nil && json.Unmarshal(raw, v) == nil }

// Settings are the settings of a layer by name.
type Settings map[string]json.RawMessage

// Given reports whether a setting is there and not null.
func (s Settings) Given(name string) bool {
	raw := bytes.TrimSpace(s[name])
	return len(raw) > 0 && string(raw) != "null"
}

// Text returns a setting that is a string, or nothing if it is another thing, or not there.
func (s Settings) Text(name string) string {
	var text string
	if json.Unmarshal(s[name], &text) != nil {
		return ""
	}
	return text
}

// Flag returns a setting that is true or false.
func (s Settings) Flag(name string, otherwise bool) (bool, error) {
	if !s.Given(name) {
		return otherwise, nil
	}
	v := otherwise
	if err := json.Unmarshal(s[name], &v); err != nil {
		return false, fmt.Errorf("%s: wanted true or false, found %s", name, Clip(string(s[name])))
	}
	return v, nil
}

// Number returns a setting that is one number.
func (s Settings) Number(name string, otherwise float64) (float64, error) {
	if !s.Given(name) {
		return otherwise, nil
	}
	values, shape, err := Numbers(s[name])
	if err == nil && (len(values) != 1 || len(shape) > 1) {
		err = errors.New("wanted one number")
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w, found %s", name, err, Clip(string(s[name])))
	}
	return shortest(values[0]), nil
}

// Whole returns a setting that is a whole number from low to high.
func (s Settings) Whole(name string, low, high int) (int, error) {
	v, err := s.Number(name, math.NaN())
	if err != nil {
		return 0, err
	}
	if v != math.Trunc(v) || v < float64(low) || v > float64(high) || math.IsNaN(v) {
		return 0, fmt.Errorf("%s: wanted a whole number from %d to %d, found %s",
			name, low, high, Clip(string(s[name])))
	}
	return int(v), nil
}

// Axes returns a setting that is one axis or a list of axes, which may be empty.
func (s Settings) Axes(name string, otherwise int) ([]int, error) {
	if !s.Given(name) {
		return []int{otherwise}, nil
	}
	if list := bytes.TrimSpace(s[name]); list[0] == '[' && len(bytes.TrimSpace(list[1:len(list)-1])) == 0 {
		return []int{}, nil
	}
	values, _, err := Numbers(s[name])
	if err != nil {
		return nil, fmt.Errorf("%s: %w, found %s", name, err, Clip(string(s[name])))
	}
	axes := make([]int, len(values))
	for i, v := range values {
		if axes[i] = int(v); float64(axes[i]) != v {
			return nil, fmt.Errorf("%s: wanted axes, found %s", name, Clip(string(s[name])))
		}
	}
	return axes, nil
}

// shortest returns v, or if it is a float32 that was written with the digits of a float64, as 0.20000000298023224, the
// number that was meant.
func shortest(v float64) float64 {
	if float64(float32(v)) != v {
		return v
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 32), 64)
	if err != nil {
		return v
	}
	return short
}

// Numbers returns a number, or a list of lists of numbers in row-major order with its shape. Keras also wraps them, as
// in {"class_name": "__numpy__", "config": {"value": 0.5, "dtype": "float32"}}.
func Numbers(raw json.RawMessage) (values []float64, shape []int, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		var wrapped struct {
			Value  json.RawMessage `json:"value"`
			Config struct {
				Value json.RawMessage `json:"value"`
			} `json:"config"`
		}
		if err := json.Unmarshal(raw, &wrapped); err != nil {
			return nil, nil, errors.New("wanted numbers")
		}
		if raw = wrapped.Config.Value; raw == nil {
			raw = wrapped.Value
		}
	}
	const maxRank, most = 8, 1 << 17
	d := json.NewDecoder(bytes.NewReader(raw))
	var counts [maxRank + 1]int // at each depth, of the list that is open
	deepest := maxRank          // where numbers are, once it is known
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return nil, nil, errors.New("wanted numbers")
		}
		v, isNumber := token.(float64)
		switch {
		case isNumber && (depth == deepest || deepest == maxRank && len(shape) == depth):
			deepest = depth
			counts[depth]++
			if values = append(values, v); len(values) > most {
				return nil, nil, fmt.Errorf("wanted at most %d numbers", most)
			}
		case token == json.Delim('[') && depth < deepest:
			counts[depth]++
			depth++
			counts[depth] = 0
			if depth > len(shape) {
				shape = append(shape, -1)
			}
		case token == json.Delim(']'):
			if known := shape[depth-1]; known >= 0 && known != counts[depth] {
				return nil, nil, errors.New("wanted lists of one length")
			}
			shape[depth-1] = counts[depth]
			depth--
		default:
			return nil, nil, errors.New("wanted numbers in lists of one length")
		}
		if depth == 0 {
			break
		}
	}
	if len(values) == 0 || len(values) != Product(shape) {
		return nil, nil, errors.New("wanted numbers in lists of one length")
	}
	return values, shape, nil
}

// Product returns how many values an array of that shape has.
func Product(shape []int) int {
	n := 1
	for _, side := range shape {
		n *= side
	}
	return n
}

// Shape returns a shape without the batch's dimension, which is the first: from [null, 28, 28] it returns [28, 28]. It
// is nil if raw says nothing.
func Shape(raw json.RawMessage) ([]int, error) {
	var sides []*float64
	const longest = 1 << 10 // bytes
	if len(raw) > longest {
		return nil, errors.New("wanted a shape of few dimensions")
	}
	if !parses(raw, &sides) || len(sides) < 1 {
		return nil, nil
	}
	shape := make([]int, 0, len(sides))
	size := 1.0
	const most, maxRank = 1 << 21, 8
	for _, side := range sides[1:] {
		if side == nil {
			return nil, fmt.Errorf("wanted an input whose shape is fixed, found %s", Clip(string(raw)))
		}
		if size *= *side; *side < 1 || *side != math.Trunc(*side) || size > most || len(shape) == maxRank {
			return nil, fmt.Errorf("wanted an input of at most %d values in %d dimensions, found the shape %s",
				most, maxRank, Clip(string(raw)))
		}
		shape = append(shape, int(*side))
	}
	if len(shape) == 0 {
		return nil, fmt.Errorf("wanted an input of at least one dimension beside the batch's, found %s",
			Clip(string(raw)))
	}
	return shape, nil
}

// Clip returns a text from a file so that it can stand in a message: printable, and not too long.
func Clip(text string) string {
	const most = 80
	text = strings.ToValidUTF8(text, "?")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "..."
	}
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// unregistered returns the name of a class or function without what Keras 2 puts before those of its own, and whether
// it is a user's own.
func unregistered(name string) (short string, custom bool) {
	i := strings.LastIndexByte(name, '>')
	return name[i+1:], i >= 0
}
