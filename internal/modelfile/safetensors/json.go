package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// CheckJSON says what is wrong with data as one JSON value: it is malformed, nested too deeply, or an object in it has
// a key twice, which encoding/json would settle silently in favor of the last.
func CheckJSON(data []byte) error {
	var whole json.RawMessage // Unmarshal, unlike a Decoder, checks depth and what follows the value
	if err := json.Unmarshal(data, &whole); err != nil {
		return jsonError(err)
	}
	type frame struct {
		keys      map[string]bool // nil: an array
		wantValue bool            // an object's key was read, its value comes next
	}
	var open []frame
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a number too large for float64 is for the reader of that number to refuse
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return jsonError(err)
		}
		switch token {
		case json.Delim('{'):
			open = append(open, frame{keys: map[string]bool{}})
			continue
		case json.Delim('['):
			open = append(open, frame{})
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			continue
		}
		top := &open[len(open)-1]
		if key, ok := token.(string); ok && top.keys != nil && !top.wantValue {
			if top.keys[key] {
				return fmt.Errorf("key %q appears twice", key)
			}
			top.keys[key] = true
			top.wantValue = true
			continue
		}
		top.wantValue = false
	}
}

// Unmarshal reads data, which CheckJSON accepted, into v. Unknown keys and wrong types are errors.
func Unmarshal(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return jsonError(d.Decode(v))
}

// jsonError puts an error of encoding/json into the user's words, nil into nil.
func jsonError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("malformed JSON at byte %d: %s", e.Offset, e.Error())
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		article := "a "
		if strings.HasPrefix(e.Value, "array") || strings.HasPrefix(e.Value, "object") {
			article = "an "
		}
		text := fmt.Sprintf("want %s, found %s%s", wanted(e.Type.Kind()), article, e.Value)
		if e.Field == "" {
			return errors.New(text)
		}
		return fmt.Errorf("%s: %s", e.Field, text)
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok { // it has no type to match
		return fmt.Errorf("unknown key %s", key)
	}
	return err
}

// wanted names the JSON type that a Go type is read from.
func wanted(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	default: // integers; uints too, for which "-1" is a wrong type
		return "a whole number"
	}
}
